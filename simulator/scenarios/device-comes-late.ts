import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { deviceUnreachable } from '../faults/device-unreachable.ts';
import type { Fault } from '../faults/fault.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const startedAgainMs = 3_000;
const untilMs = 26_000;

/**
 * All agents start while nobody reaches the appliance, and register without it. When it is there, they
 * register again, under the same incarnation: some of them while they hear nobody and are suspect for
 * it, and while no record of that can be written.
 */
export const deviceComesLateScenario: Scenario = {
  name: 'device-comes-late',
  summary: 'agents start before anybody reaches their device, and are half deaf when it is there',
  promise:
    'Nothing is bound to an agent for a device that it has not found, and all that waited is bound once it has.',
  size: smallSize,
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const foundMs = draws.between(9_000, 14_000);
    const outage = { atMs: startedAgainMs - 500, forMs: foundMs - startedAgainMs + 500 };
    const starts = ids.map((target) => {
      const atMs = startedAgainMs + draws.between(0, 400);
      const forMs = draws.between(300, 1_000);
      return { kind: agentCrash.name, atMs, forMs, target, variant: '' };
    });
    const deaf = draws
      .shuffled(ids)
      .slice(1)
      .map((target): Fault => {
        const atMs = foundMs - draws.between(2_800, 5_000);
        return {
          kind: agentCut.name,
          atMs,
          forMs: draws.between(4_000, 9_000),
          target,
          variant: 'in',
        };
      });
    const election = {
      kind: storeLeaderLost.name,
      atMs: foundMs - draws.between(0, 1_000),
      forMs: draws.between(4_000, 6_000),
      target: 'liveness',
      variant: '',
    };
    const faults: Fault[] = [
      { kind: deviceUnreachable.name, ...outage, target: '', variant: 'it is being set up' },
      ...starts,
      ...deaf,
      ...(draws.chance(0.6) ? [election] : []),
    ];
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 12_000, untilMs, editsMax: 4, deletedShare: 0.3 },
      drawProviders(stream('providers'), { host: 0.2 }),
    );
    return { work, faults, untilMs };
  },
};
