import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { deviceDrift } from '../faults/device-drift.ts';
import { deviceFailure } from '../faults/device-failure.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 60_000;

/** What takes agents away, or makes it look so, and what makes those that are cut off write meanwhile. */
const kinds = [
  agentCrash,
  agentCut,
  agentCut,
  agentPause,
  agentPause,
  agentCordon,
  deviceDrift,
  deviceDrift,
  deviceFailure,
  deviceSlow,
];

export const weakFencesScenario: Scenario = {
  name: 'weak-fences',
  summary:
    'agents of appliances without a conditional write die, hang, are cut off and drained while they write',
  promise:
    'What is stale comes through only where it was on its way already, and is put right; nobody writes to an appliance without any fence before the lease of the one before has ended.',
  size: { ...smallSize, unfenced: true },
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const frame = faultFrame(planFrame, 4_000, untilMs);
    const draws = stream('faults');
    const faults = Array.from({ length: draws.integer(4, 12) }, () =>
      draws.pick(kinds).draw(draws, frame),
    );
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 6_000, untilMs, editsMax: 6, deletedShare: 0.25 },
      drawProviders(stream('providers'), { marker: 0.5, unfenced: 0.5 }),
    );
    return { work, faults, untilMs };
  },
};
