import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentDrain } from '../faults/agent-drain.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type PlanFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 60_000;
/** One agent after the other, with a pause in between. */
const firstMs = 6_000;
const everyMs = 17_000;
const leavesForMs = [3_000, 9_500] as const;
/** What comes in between begins while the agent is still being emptied, and may last longer than that. */
const soonMs = [1, 1_500] as const;
const lastsMs = [300, 6_000] as const;

export const interruptedDrainScenario: Scenario = {
  name: 'interrupted-drain',
  summary:
    'agents die, hang or are cut off while they are drained or say goodbye, and orders are taken back',
  promise:
    'What has moved when a drain is interrupted has moved, the rest is treated as that of any other agent, and nothing is lost.',
  size: { ...smallSize, loadBalancers: 10 },
  plan(stream, frame) {
    const draws = stream('faults');
    const faults = frame.ids
      .slice(0, 3)
      .flatMap((target, index) =>
        interruptedLeave(draws, frame, target, firstMs + index * everyMs),
      );
    const { loadBalancers } = frame;
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 40_000, untilMs, editsMax: 5, deletedShare: 0.3 },
      // What can't leave its host keeps an agent from being empty.
      drawProviders(stream('providers'), { host: 0.3, marker: 0.1 }),
    );
    return { work, faults, untilMs };
  },
};

function interruptedLeave(
  draws: RandomStream,
  { controllerIds }: PlanFrame,
  target: string,
  atMs: number,
): Fault[] {
  const leave = draws.pick([
    { kind: agentDrain.name, variant: '' },
    { kind: agentCordon.name, variant: 'drain' },
  ]);
  const soon = () => ({ atMs: atMs + draws.between(...soonMs), forMs: draws.between(...lastsMs) });
  const interruption = draws.pick([
    { kind: agentCrash.name, variant: '' },
    { kind: agentPause.name, variant: '' },
    { kind: agentCut.name, variant: 'both' },
    { kind: agentCut.name, variant: 'out' },
  ]);
  const { atMs: dyingMs, forMs: deadForMs } = soon();
  return [
    { ...leave, atMs, forMs: draws.between(...leavesForMs), target },
    { ...interruption, ...soon(), target },
    ...(draws.chance(0.4)
      ? [{ kind: deviceSlow.name, ...soon(), target: '', variant: draws.pick(['20', '100']) }]
      : []),
    ...controllerIds
      .filter(() => draws.chance(0.3))
      .map((controller) => {
        const when = { atMs: dyingMs, forMs: deadForMs };
        return { kind: controllerCrash.name, ...when, target: controller, variant: '' };
      }),
  ];
}
