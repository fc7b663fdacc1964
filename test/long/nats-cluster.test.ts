import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delay } from '../../machines/ports/clock.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import { natsNodes } from '../../simulator/chaos/nats-cluster.ts';
import { presets } from '../../machines/timings/timings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { eventually } from '../real/support/eventually.ts';
import type { Whereabouts } from '../real/support/shapes.ts';
import { ClusterStack, type Served } from './support/cluster-stack.ts';

const { leaseMs, deadAfterMs } = presets.local;

/** How long servers are away: longer than any silence or lease, because that is what is tried. */
const outage = (): Promise<void> => delay(systemClock, deadAfterMs + leaseMs);

let stack: ClusterStack;
let served: Served;

beforeAll(async () => {
  stack = await ClusterStack.start();
  served = await stack.served('web');
});

afterAll(() => stack.close());

/** Who holds it; and nobody else, until it settles again. */
const holder = async (): Promise<Seat | null> =>
  (await stack.settles(served.id, () => true)).binding;
const isHeldBy =
  (seat: Seat | null) =>
  ({ binding }: Whereabouts): boolean =>
    isDeepStrictEqual(binding, seat);

test.each(natsNodes)(
  'a NATS server %s that is killed, whatever it led, moves nothing and fails no request',
  async (name) => {
    const before = await holder();

    await stack.nats.kill(name);
    await outage();

    await stack.settles(served.id, isHeldBy(before));
    await stack.nats.start(name);
    await stack.leader('binding');
    expect(served.traffic.failures).toEqual([]);
  },
);

test.each(natsNodes)(
  'a NATS server %s that hangs for longer than a lease moves nothing and fails no request',
  async (name) => {
    const before = await holder();

    stack.nats.pause(name);
    await outage();
    const during = await stack.settles(served.id, () => true);
    stack.nats.resume(name);

    await stack.settles(served.id, isHeldBy(before));
    expect(during.binding).toEqual(before);
    expect(served.traffic.failures).toEqual([]);
  },
);

test('an agent that is killed together with the server that leads the records is replaced before there is a new leader', async () => {
  const before = await stack.settles(served.id, ({ standby }) => standby !== null);
  const lost = before.binding?.agent ?? '';
  const leader = await stack.leader('binding');

  const serverIsGone = stack.nats.kill(leader);
  stack.agents.get(lost)?.kill('SIGKILL');
  await serverIsGone;

  await eventually('its standby has taken it over', async () => {
    return (await stack.epochOnHost(served.id)) === before.standby?.epoch;
  });
  const leaderThen = await stack.leaderNow('binding');
  await stack.leader('binding', leader);

  expect([null, leader]).toContain(leaderThen);
  const after = await stack.settles(served.id, ({ binding }) => binding?.agent !== lost);
  expect(after.binding?.epoch).toBe(before.standby?.epoch);
  expect(served.traffic.failures).toEqual([]);
});
