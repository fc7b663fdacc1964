import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { defaultSize, type Scenario } from '../scenarios/scenario.ts';
import { drawProviders, drawWork } from '../workload/work.ts';

const untilMs = 30_000;
const firstMs = 5_000;
const everyMs = 5_000;

/** Agents die in the very moment in which they are to let go of what they are drained of. */
export const dyingLeaversScenario: Scenario = {
  name: 'dying-leavers',
  summary: 'agents are drained, crash before they have let go, and are back at once',
  promise: 'Nobody starts elsewhere before the address of the one that died has gone.',
  size: { ...defaultSize, agentsPerHost: 1, loadBalancers: 12, vips: true },
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const faults = ids.slice(0, 4).flatMap((target, index) => {
      const atMs = firstMs + index * everyMs;
      const diesMs = atMs + draws.between(1, 20);
      return [
        { kind: agentCordon.name, atMs, forMs: 4_000, target, variant: 'drain' },
        { kind: agentCrash.name, atMs: diesMs, forMs: draws.between(50, 300), target, variant: '' },
      ];
    });
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 3_000, untilMs, editsMax: 1, deletedShare: 0 },
      drawProviders(stream('providers'), { vip: 1 }),
    );
    return { work, faults, untilMs };
  },
};
