import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork, nameOf, type Work } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 60_000;
const slow = { atMs: 6_000, forMs: 40_000 };
/** When one agent is thought dead, and then its successors die. */
const successionsMs = [12_000, 26_000, 40_000];

/** Calls take seconds, so that they land when their sender is dead and another one holds. */
export const slowDeviceScenario: Scenario = {
  name: 'slow-device',
  summary: 'calls to devices take up to seconds, while agents crash and stand still over them',
  promise:
    'What lands late changes nothing that a newer holder wrote, and all that was asked for is carried out in the end.',
  size: { ...smallSize, loadBalancers: 10 },
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const draws = stream('faults');
    const frame = faultFrame(planFrame, slow.atMs, slow.atMs + slow.forMs);
    const slowness: Fault = {
      ...deviceSlow.draw(draws, frame),
      ...slow,
      variant: String(draws.pick([50, 200, 500, 1_000])),
    };
    const zombies = Array.from({ length: draws.integer(1, 3) }, () =>
      draws.pick([agentCrash, agentPause]).draw(draws, frame),
    );
    const successions = successionsMs.flatMap((atMs) =>
      draws.chance(0.7) ? drawSuccession(draws, planFrame.ids, atMs) : [],
    );
    const workFrame = {
      loadBalancers,
      createdByMs: 10_000,
      untilMs: 50_000,
      editsMax: 6,
      deletedShare: 0,
      upon: { momentsMs: successionsMs, aroundMs: [800, 300], share: 0.6 },
    } as const;
    const provider = drawProviders(stream('providers'), { host: 0.2, marker: 0.2 });
    const work = [
      ...drawWork(stream('workload'), workFrame, provider),
      ...drawDeletions(stream('deletions'), loadBalancers),
    ].toSorted((a, b) => a.atMs - b.atMs);
    return { work, faults: [slowness, ...zombies, ...successions], untilMs };
  },
};

/**
 * One agent is cut off for so long that it is thought dead, with calls under way; those who took over die
 * over theirs, and the first one takes all of it again. Its own early call then meets theirs.
 */
function drawSuccession(draws: RandomStream, ids: readonly string[], atMs: number): Fault[] {
  const [first = '', ...others] = draws.shuffled(ids);
  const silence = { kind: agentCut.name, atMs, forMs: draws.between(2_900, 3_600) };
  return [
    { ...silence, target: first, variant: 'both' },
    ...others.map((target) => ({
      kind: agentCrash.name,
      atMs: atMs + draws.between(2_800, 5_000),
      forMs: draws.between(1_000, 4_000),
      target,
      variant: '',
    })),
  ];
}

/** Most of them are deleted while a late successor has them, and earlier calls are still under way. */
function drawDeletions(draws: RandomStream, loadBalancers: number): readonly Work[] {
  return Array.from({ length: loadBalancers }, (_, index): Work[] => {
    if (!draws.chance(0.7)) return [];
    const atMs = draws.pick(successionsMs) + draws.between(2_500, 7_500);
    return [{ atMs, loadBalancer: nameOf(index), type: 'delete' }];
  }).flat();
}
