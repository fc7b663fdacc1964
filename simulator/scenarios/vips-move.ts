import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentDisconnect } from '../faults/agent-disconnect.ts';
import { agentRestart } from '../faults/agent-restart.ts';
import { agentStalls } from '../faults/agent-stalls.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { hostDies } from '../faults/host-dies.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { defaultSize, faultFrame, type Scenario } from './scenario.ts';

const untilMs = 60_000;

/** What takes agents away, or makes it look so. */
const kinds = [
  agentCrash,
  agentCrash,
  agentCut,
  agentDisconnect,
  agentPause,
  agentStalls,
  agentStalls,
  agentCordon,
  agentRestart,
  controllerCrash,
  hostDies,
];

export const vipsMoveScenario: Scenario = {
  name: 'vips-move',
  summary:
    'agents whose hosts serve at leased addresses die, hang, are cut off, restarted and drained',
  promise:
    'An address answers on another host only once the old host has dropped it: nobody is served twice, and nobody waits longer than the lease.',
  size: { ...defaultSize, agentsPerHost: 1, loadBalancers: 8, vips: true },
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const frame = faultFrame(planFrame, 4_000, untilMs);
    const draws = stream('faults');
    const faults = Array.from({ length: draws.integer(2, 7) }, () =>
      draws.pick(kinds).draw(draws, frame),
    );
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 6_000, untilMs, editsMax: 4, deletedShare: 0.25 },
      drawProviders(stream('providers'), { vip: 0.8 }),
    );
    return { work, faults, untilMs };
  },
};
