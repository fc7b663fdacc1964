import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { silentLog } from '../../machines/ports/log.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { ManagedProcess } from '../../src/up/managed-process.ts';
import { eventually } from './support/eventually.ts';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

const clients = 8;
const acknowledgedBeforeTheKill = 12;
const acknowledgedAfterTheKill = 16;

let world: World;
let early: Made;
let seat: Seat;
let traffic: Traffic;
const acknowledged: Made[] = [];
const successors: ManagedProcess[] = [];

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
  early = await world.create('early');
  seat = await world.active(early.id);
  traffic = await world.client(early);
});

afterAll(async () => {
  for (const successor of successors) await successor.stop();
  await world.close();
});

/** A controller beside the world's own: the same configuration under another id. */
async function otherController(id: string): Promise<ManagedProcess> {
  const own = await readFile(join(world.directory, 'controller.yaml'), 'utf8');
  const config = parse(own) as { controller: object };
  const file = join(world.directory, `${id}.yaml`);
  await writeFile(file, stringify({ ...config, controller: { ...config.controller, id } }));
  const successor = new ManagedProcess({
    name: id,
    args: ['controller', '--config', file],
    clock: systemClock,
    log: silentLog,
    restart: false,
    output: 'ignore',
  });
  successors.push(successor);
  return successor;
}

test('what it has acknowledged under fire is there when it comes back, and becomes ACTIVE', async () => {
  let stopped = false;
  const client = async (name: string) => {
    for (let n = 1; !stopped; n += 1) {
      const made = await world.create(`${name}-${n}`).catch(() => null);
      if (made !== null) acknowledged.push(made);
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, n) => client(`client-${n}`)));
  await eventually('many were acknowledged', () => {
    return acknowledged.length >= acknowledgedBeforeTheKill;
  });

  world.stack.controller.kill('SIGKILL');
  await eventually('it is gone', () => world.stack.controller.pid === null);
  await world.stack.controller.start();
  await eventually('the clients go on', () => {
    return acknowledged.length >= acknowledgedBeforeTheKill + acknowledgedAfterTheKill;
  });
  stopped = true;
  await running;

  for (const { id } of acknowledged) await world.active(id);
});

test('its death touched neither agents nor traffic', async () => {
  for (const id of world.stack.agents.keys()) {
    expect(await world.agent(id)).toMatchObject({ id, state: 'alive' });
  }
  expect(await world.active(early.id)).toEqual(seat);
  await traffic.servedAgain();
  expect(traffic.failures).toEqual([]);
});

test('a second one of its id does not start while it lives, and harms nothing', async () => {
  const twin = await otherController('controller-1');

  await expect(twin.start()).rejects.toThrow(/ended with exit status 1/);

  await world.leaveOnly(early, 'backend-1');
  await world.active(early.id);
});

test('another one takes the shards of one that was killed, and goes on with its work', async () => {
  world.stack.controller.kill('SIGKILL');
  await eventually('it is gone', () => world.stack.controller.pid === null);
  const heir = await otherController('heir');

  await heir.start();

  expect(await world.active(early.id)).toEqual(seat);
  const { id } = await world.create('by-the-heir');
  await world.active(id);
  expect(traffic.failures).toEqual([]);
});
