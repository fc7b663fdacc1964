import { presets } from '../../machines/timings/timings.ts';
import { flapsAllowed } from '../../machines/liveness/flaps.ts';
import { flappingAgentsComeLast } from '../checkers/flapping-agents-come-last.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 50_000;
/** Short enough that a run sees an agent flap, and be trusted again. */
const timings = { ...presets.lan, flapWindowMs: 60_000, flapQuietMs: 15_000 };

/** One agent is killed and started again and again, as by a service manager whose service can't live. */
export const flappingAgentScenario: Scenario = {
  name: 'flapping-agent',
  summary: 'an agent dies and comes back again and again, and others die while it is not trusted',
  promise:
    'An agent that dies again and again is given nothing new while anybody else can take it, serves where nobody can, and is trusted again once it has been quiet.',
  size: { ...smallSize, agentsPerHost: 1, loadBalancers: 10 },
  timings,
  checkers: [flappingAgentsComeLast],
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const [target = '', ...others] = draws.shuffled(ids);
    const faults: Fault[] = [];
    let atMs = 4_000;
    const crash = (agent: string, forMs: number | null): void => {
      faults.push({ kind: 'agent-crash', atMs, forMs, target: agent, variant: '' });
    };
    for (let deaths = 0; deaths <= flapsAllowed + draws.integer(0, 2); deaths += 1) {
      const forMs = draws.between(500, 1_500);
      crash(target, forMs);
      atMs += forMs + draws.between(500, 1_500);
    }
    atMs += 1_000;
    if (draws.chance(0.3)) {
      faults.push({
        kind: 'controller-crash',
        atMs,
        forMs: 3_000,
        target: draws.pick(controllerIds),
        variant: '',
      });
      atMs += 4_000;
    }
    if (draws.chance(0.25)) {
      faults.push({ kind: 'agent-trust', atMs, forMs: 0, target, variant: '' });
      atMs += 1_000;
    }
    // One of the others dies, and perhaps all of them: then whoever flaps is better than nobody.
    const dying = draws.chance(0.4) ? others : others.slice(0, 1);
    for (const agent of dying) crash(agent, draws.between(3_000, 6_000));
    const frame = { loadBalancers, createdByMs: 35_000, untilMs, editsMax: 4, deletedShare: 0.2 };
    const work = drawWork(
      stream('workload'),
      frame,
      drawProviders(stream('providers'), { host: 0.2, marker: 0.2 }),
    );
    return { work, faults, untilMs };
  },
};
