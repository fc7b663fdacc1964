import { deviceSlow } from '../faults/device-slow.ts';
import type { Fault } from '../faults/fault.ts';
import { networkPartition } from '../faults/network-partition.ts';
import { watchLag } from '../faults/watch-lag.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const fromMs = 4_000;
const untilMs = 60_000;

/**
 * Two halves that don't hear each other, each with controllers and agents, and both with the stores:
 * as where the servers of a cluster have lost each other, and each still reaches a third one.
 */
export const splitBrainAttemptScenario: Scenario = {
  name: 'split-brain-attempt',
  summary: 'controllers and agents fall into halves that both reach the stores',
  promise:
    'Both halves want the same shards and name holders for the same load balancers, and an epoch still means one holder, a term one owner.',
  size: smallSize,
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const faults = stream('faults');
    const half = (all: readonly string[]): readonly string[] =>
      faults.shuffled(all).slice(0, faults.integer(1, Math.max(1, all.length - 1)));
    const splits: Fault[] = [];
    let atMs = faults.between(fromMs, 10_000);
    while (atMs < untilMs - 5_000) {
      const forMs = Math.min(faults.between(3_000, 25_000), untilMs - atMs);
      const target = [...half(controllerIds), ...half(ids)].join(' ');
      splits.push({ kind: networkPartition.name, atMs, forMs, target, variant: 'both ways' });
      if (faults.chance(0.5)) splits.push(...drawLateNews(faults, controllerIds, { atMs, forMs }));
      atMs += forMs + faults.between(500, 8_000);
    }
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 20_000,
      untilMs,
      editsMax: 6,
      deletedShare: 0.25,
    });
    return { work, faults: splits, untilMs };
  },
};

/** The halves hear late what the other one has written, and their devices tell them first. */
function drawLateNews(
  draws: RandomStream,
  controllerIds: readonly string[],
  when: { readonly atMs: number; readonly forMs: number },
): Fault[] {
  const variant = `${draws.pick(['binding', 'binding', 'desired'])} ${draws.pick([1_000, 4_000])}`;
  const lags = controllerIds
    .filter(() => draws.chance(0.6))
    .map((target) => ({ kind: watchLag.name, ...when, target, variant }));
  const factor = String(draws.pick([20, 100]));
  return [...lags, { kind: deviceSlow.name, ...when, target: '', variant: factor }];
}
