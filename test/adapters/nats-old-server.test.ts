import { afterAll, beforeAll, expect, test } from 'vitest';
import { BusUnavailable } from '../../src/ports/bus.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { presets } from '../../machines/timings/timings.ts';
import { controllerConnection, controllerInbox } from '../../machines/protocol/subjects.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { NatsWorld } from './nats-world.ts';
import { type OldServer, oldServer } from './old-server.ts';
import { recordingLog } from './recording-log.ts';
import { until } from './until.ts';

let world: NatsWorld;
let old: OldServer;
let bus: NatsBus;
const log = recordingLog();

beforeAll(async () => {
  world = await NatsWorld.start();
  old = await oldServer('2.10.26');
  bus = await connectNatsBus({
    servers: [world.server.url, old.url],
    name: controllerConnection('c'),
    inboxPrefix: controllerInbox('c'),
    nkeySeed: world.keys.controller.seed,
    clock: systemClock,
    log,
    timings: presets.lan,
  });
});

afterAll(async () => {
  await bus.close();
  old.close();
  await world.close();
});

test('a server of an old cluster is refused also when it is found by a reconnection, until there is a good one', async () => {
  const said: string[] = [];
  bus.onStatus((status) => said.push(status));

  await world.server.stop('SIGKILL');
  await until('the old server has been tried more than once', () => old.connections() > 1);
  const meanwhile = bus.request('hf.anything', '', 1_000);
  await expect(meanwhile).rejects.toBeInstanceOf(BusUnavailable);
  await world.server.restart();
  await until('it is connected again', () => bus.status() === 'connected');
  await bus.ping(5_000);

  expect(said).toEqual(['disconnected', 'connected']);
  const errors = log.lines.map(({ message }) => message).join('\n');
  expect(errors).toMatch(/stays disconnected.* 2\.10\.26 is one of the cluster "old"/);
});
