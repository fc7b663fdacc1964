import { bucketsOrAll, storesNamed } from './buckets.ts';
import { type FaultKind, span, storeRow } from './fault.ts';
import { targetAmong } from './problems.ts';

/**
 * A bucket loses its leader. NATS takes 4 to 9 seconds to elect another one, which no setting shortens.
 * Meanwhile writes are refused or unanswered, and those that were under way are lost or committed by
 * the next leader; watches go on.
 */
export const storeLeaderLost: FaultKind = {
  name: 'store-leader-lost',
  summary:
    'A bucket has no leader for 4 to 9 seconds: writes are refused or unanswered, and those under way may still be committed.',
  draw: (stream, frame) => ({
    kind: 'store-leader-lost',
    ...span(stream, frame, [4_000, 9_000]),
    target: stream.chance(0.3) ? 'all' : stream.pick(bucketsOrAll),
    variant: '',
  }),
  problem: (fault) => targetAmong(fault, bucketsOrAll),
  start: (world, { target }) => {
    for (const store of storesNamed(world, target)) store.loseLeader();
    if (target === 'all') world.queues?.loseLeader();
    // It led on a server that has gone, which the others tell.
    for (const host of world.controllerHosts.values()) host.hearServerLost();
  },
  stop: (world, { target }) => {
    for (const store of storesNamed(world, target)) store.electLeader();
    if (target === 'all') world.queues?.electLeader();
  },
  heal: (world) => {
    for (const store of storesNamed(world, 'all')) store.electLeader();
    world.queues?.electLeader();
  },
  row: () => storeRow,
};
