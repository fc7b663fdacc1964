import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentDrain } from '../faults/agent-drain.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { deviceFailure } from '../faults/device-failure.ts';
import { deviceRefusesObject } from '../faults/device-refuses-object.ts';
import { deviceRefusesRemoval } from '../faults/device-refuses-removal.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import { deviceUnreachable } from '../faults/device-unreachable.ts';
import type { Fault } from '../faults/fault.ts';
import { Draft } from '../workload/draft.ts';
import { drawProviders, nameOf, type Work } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type PlanFrame, type Scenario, smallSize } from './scenario.ts';

const firstMs = 4_000;
const everyMs = 14_000;
const waves = 3;
const untilMs = firstMs + waves * everyMs;
/** Of a wave: how long clients ask for deletions, and others go on with their edits. */
const burstMs = 1_500;
/** And how long until the last of its agents is in trouble. */
const troubleMs = 4_000;

/**
 * In waves: devices take long, are out of reach or don't let go; clients delete; and those who are to carry it
 * out crash, stand still, are cut off or leave over it, one after the other.
 */
export const deleteUnderFireScenario: Scenario = {
  name: 'delete-under-fire',
  summary: 'deletions while agents die, leave, or are refused by their devices',
  promise:
    'What is to be deleted is removed for good, whoever has to finish it, and nothing else is touched.',
  size: { ...smallSize, loadBalancers: 12 },
  plan(stream, planFrame) {
    const faults = Array.from({ length: waves }, (_, wave) => {
      const atMs = firstMs + wave * everyMs;
      const draws = stream(`faults:${wave}`);
      return draws.chance(0.25)
        ? toAndFro(draws, planFrame, atMs)
        : [
            ...troubleDevices(draws, planFrame, wave, atMs),
            ...troubleProcesses(draws, planFrame, atMs),
          ];
    });
    return { work: drawDeletions(stream, planFrame.loadBalancers), faults: faults.flat(), untilMs };
  },
};

function troubleDevices(
  draws: RandomStream,
  { loadBalancers }: PlanFrame,
  wave: number,
  waveMs: number,
): Fault[] {
  const when = { atMs: waveMs - draws.between(0, 300), forMs: draws.between(2_000, 8_000) };
  const factor = String(draws.pick([50, 200, 500]));
  const failures = { atMs: waveMs + draws.between(0, burstMs), forMs: 0 };
  const trouble: Fault = draws.pick([
    { kind: deviceSlow.name, ...when, target: '', variant: factor },
    { kind: deviceSlow.name, ...when, target: '', variant: factor },
    { kind: deviceUnreachable.name, ...when, target: '', variant: 'nobody reaches it' },
    { kind: deviceFailure.name, ...failures, target: '4', variant: 'unknown' },
    { kind: deviceFailure.name, ...failures, target: '4', variant: 'retryable' },
  ]);
  const ofWave = Array.from({ length: loadBalancers }, (_, index) => index).filter(
    (index) => index % waves === wave,
  );
  const refusals = ofWave
    .filter(() => draws.chance(0.3))
    .map((index) => ({
      kind: draws.pick([deviceRefusesRemoval, deviceRefusesObject]).name,
      ...when,
      target: nameOf(index),
      variant: 'it is locked',
    }));
  return [trouble, ...refusals];
}

/** One agent after the other, and now and then the controllers: each takes over what the one before left. */
function troubleProcesses(
  draws: RandomStream,
  { ids, controllerIds }: PlanFrame,
  waveMs: number,
): Fault[] {
  const until = waveMs + everyMs - 3_000;
  const befall = (target: string): Fault => {
    const kind = draws.pick([agentCrash, agentDrain, agentDrain, agentPause, agentCut]);
    const atMs = waveMs + draws.between(0, troubleMs);
    const forMs = Math.min(draws.between(500, 8_000), until - atMs);
    return { kind: kind.name, atMs, forMs, target, variant: kind === agentCut ? 'both' : '' };
  };
  const agents = draws.shuffled(ids).slice(0, draws.integer(1, ids.length));
  const isBlackout = draws.chance(0.15);
  const deaths = controllerIds
    .filter(() => isBlackout || draws.chance(0.15))
    .map((target) => {
      const atMs = waveMs + draws.between(0, burstMs);
      return { kind: controllerCrash.name, atMs, forMs: 1_000, target, variant: '' };
    });
  return [...agents.map(befall), ...deaths];
}

/** What an agent was drained of comes back to it at once, while its calls before that are still under way. */
function toAndFro(draws: RandomStream, { ids }: PlanFrame, waveMs: number): Fault[] {
  const [first = '', ...others] = draws.shuffled(ids);
  const slow = { atMs: waveMs - 500, forMs: 6_000 };
  const drain = (target: string, atMs: number, forMs: number): Fault => {
    return { kind: agentCordon.name, atMs, forMs, target, variant: 'drain' };
  };
  const leavesMs = waveMs + draws.between(0, 500);
  const awayMs = draws.between(200, 800);
  return [
    { kind: deviceSlow.name, ...slow, target: '', variant: draws.pick(['200', '500']) },
    drain(first, leavesMs, awayMs),
    ...others.map((target) => drain(target, leavesMs + awayMs, 5_000)),
  ];
}

/** Each load balancer has its wave; those that live on are edited in it instead. */
function drawDeletions(
  stream: (name: string) => RandomStream,
  loadBalancers: number,
): readonly Work[] {
  const draws = stream('workload');
  const provider = drawProviders(stream('providers'), { host: 0.2, marker: 0.2 });
  const work = Array.from({ length: loadBalancers }, (_, index): Work[] => {
    const loadBalancer = nameOf(index);
    const waveMs = firstMs + (index % waves) * everyMs;
    const during = () => waveMs + draws.between(-300, burstMs);
    const draft = new Draft(draws, false);
    const attributes = { ...draft.attributes, provider: provider() };
    const createdMs = draws.chance(0.2) ? during() : waveMs - draws.between(600, 3_500);
    const edits = Array.from({ length: draws.integer(0, 2) }, during).toSorted((a, b) => a - b);
    return [
      { atMs: createdMs, loadBalancer, type: 'create', attributes },
      ...edits.map((atMs): Work => ({ atMs, loadBalancer, type: 'edit', change: draft.change() })),
      ...(draws.chance(0.75) ? [{ atMs: during(), loadBalancer, type: 'delete' } as const] : []),
    ];
  });
  return work.flat().toSorted((a, b) => a.atMs - b.atMs);
}
