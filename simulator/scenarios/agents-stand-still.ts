import { presets } from '../../machines/timings/timings.ts';
import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { agentStalls } from '../faults/agent-stalls.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { controllerLeave } from '../faults/controller-leave.ts';
import type { Fault } from '../faults/fault.ts';
import { type StallMoment, stallMoments } from '../world/agent-host.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { defaultSize, type PlanFrame, type Scenario } from './scenario.ts';

const untilMs = 75_000;
const firstMs = 5_000;
/** From one agent's trouble to the next one's: a lease, and how long somebody waits for its lapse. */
const everyMs = 12_000;
const times = 5;

/**
 * Agents stand still at every moment at which that may matter to a lease, for less than it lasts and for
 * longer, and what is worst for it comes on top: nobody hears them, they die when they go on, they stand
 * still once more, their judge dies or hands over.
 */
export const agentsStandStillScenario: Scenario = {
  name: 'agents-stand-still',
  summary:
    'agents stand still before and after each thing that they do to leased addresses, and more goes wrong over it',
  promise:
    'However late a call comes, and wherever an agent stops: nobody is served at two places.',
  // The preset that promises it; how far the others are from that is measured by this scenario, too.
  timings: presets.strict,
  size: { ...defaultSize, agentsPerHost: 1, loadBalancers: 8, vips: true },
  plan(stream, frame) {
    const { loadBalancers } = frame;
    const draws = stream('faults');
    const faults = Array.from({ length: times }, (_, index) =>
      (draws.chance(0.4) ? lateCall : episode)(
        draws,
        frame,
        firstMs + index * everyMs + draws.between(0, 2_000),
      ),
    ).flat();
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 4_000, untilMs, editsMax: 3, deletedShare: 0 },
      drawProviders(stream('providers'), { vip: 1 }),
    );
    return { work, faults: faults.toSorted((a, b) => a.atMs - b.atMs), untilMs };
  },
};

/**
 * The worst of all: an agent prolongs its addresses as late as it can, and stops again, or dies, before it
 * looks at its clock; it is cut off, so that no judge gives it another lease.
 */
function lateCall(draws: RandomStream, { ids }: PlanFrame, atMs: number): readonly Fault[] {
  const target = draws.pick(ids);
  const forMs = draws.between(800, 8_000);
  const endsMs = atMs + forMs;
  const cutAtMs = atMs + draws.between(500, Math.min(forMs, 2_500));
  const late = { kind: agentStalls.name, atMs, forMs, target, variant: 'before prolong' };
  const cut = { kind: agentCut.name, atMs: cutAtMs, forMs: 10_000, target, variant: 'both' };
  const end: Fault = draws.chance(0.5)
    ? { ...late, atMs: endsMs, forMs: draws.between(2_000, 12_000), variant: 'after prolong' }
    : { ...cut, kind: agentCrash.name, atMs: endsMs + draws.between(0, 1), variant: '' };
  return [late, cut, end];
}

/** One agent stands still, what brings it to that moment happens, and what may come on top. */
function episode(draws: RandomStream, frame: PlanFrame, atMs: number): readonly Fault[] {
  const target = draws.pick(frame.ids);
  const moment = draws.chance(0.1) ? null : draws.pick(stallMoments);
  const stall: Fault = {
    ...(moment === null
      ? { kind: agentPause.name, variant: '' }
      : { kind: agentStalls.name, variant: moment }),
    atMs,
    forMs: draws.between(200, 11_000),
    target,
  };
  const others = frame.ids.filter((id) => id !== target);
  return [
    stall,
    ...(moment === null ? [] : occasionOf(draws, moment, stall, others)),
    ...onTop(draws, stall),
    ...judgesTrouble(draws, frame, stall),
  ];
}

/** Without it, the agent would not come to that moment. */
function occasionOf(
  draws: RandomStream,
  moment: StallMoment,
  { atMs, target }: Fault,
  others: readonly string[],
): readonly Fault[] {
  const drained = { kind: agentCordon.name, atMs: atMs + 10, forMs: 6_000, variant: 'drain' };
  if (moment.endsWith('release')) return [{ ...drained, target }];
  if (moment.endsWith('add')) {
    const [first = '', second = ''] = draws.shuffled(others);
    return [first, second].map((id) => ({ ...drained, target: id }));
  }
  if (!moment.endsWith('drop')) return [];
  // Nobody acknowledges its heartbeats, so its lease ends while it runs.
  const forMs = draws.between(4_000, 8_000);
  return [{ kind: agentCut.name, atMs: atMs - forMs / 3, forMs, target, variant: 'both' }];
}

function onTop(draws: RandomStream, { atMs, forMs, target }: Fault): readonly Fault[] {
  const endsMs = atMs + (forMs ?? 0);
  const cut: Fault = {
    kind: agentCut.name,
    atMs: atMs + draws.between(0, forMs ?? 0),
    forMs: draws.between(2_000, 9_000),
    target,
    variant: draws.pick(['in', 'out', 'both']),
  };
  const again: Fault = {
    kind: agentStalls.name,
    // In the moment in which it goes on.
    atMs: endsMs,
    forMs: draws.between(500, 8_000),
    target,
    variant: draws.pick(stallMoments),
  };
  const crash: Fault = {
    kind: agentCrash.name,
    atMs: endsMs + draws.between(1, 500),
    forMs: draws.between(100, 8_000),
    target,
    variant: '',
  };
  return draws.pick([[], [cut], [crash], [cut, crash], [again], [cut, again], [again, crash]]);
}

function judgesTrouble(
  draws: RandomStream,
  { controllerIds }: PlanFrame,
  { atMs }: Fault,
): readonly Fault[] {
  if (!draws.chance(0.3)) return [];
  const kind = draws.pick([controllerCrash.name, controllerLeave.name]);
  const target = draws.pick(controllerIds);
  const at = { atMs: atMs + draws.between(0, 5_000), forMs: draws.between(500, 3_000) };
  return [{ kind, ...at, target, variant: '' }];
}
