import { takeoversNeedNoLeader } from '../checkers/takeovers-need-no-leader.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 25_000;
/** By then everything is created, bound, and has its standby on record. */
const settledMs = 6_000;

/** No bucket takes a write for 4 to 9 seconds, and in the midst of that an agent dies. */
export const natsLeaderLostScenario: Scenario = {
  name: 'nats-leader-lost',
  summary: 'the stores have no leader for 4 to 9 seconds, and meanwhile an agent dies',
  promise:
    'Standbys take over the load balancers of an agent that dies without waiting for a leader, because they were named before.',
  size: smallSize,
  checkers: [takeoversNeedNoLeader],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const lostMs = draws.between(settledMs, settledMs + 4_000);
    const forMs = draws.between(4_000, 9_000);
    const backMs = lostMs + forMs;
    const lost = { kind: storeLeaderLost.name, atMs: lostMs, forMs, target: 'all', variant: '' };
    const atMs = draws.between(lostMs + 100, lostMs + 1_500);
    const death = {
      kind: 'agent-crash',
      atMs,
      // It is not back before the leader is.
      forMs: draws.between(backMs - atMs, untilMs - atMs),
      target: draws.pick(ids),
      variant: '',
    };
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 2_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.2,
    });
    return { work, faults: [lost, death], untilMs };
  },
};
