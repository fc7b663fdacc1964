import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import type { Release } from '../world/releases.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 45_000;

/** Two upgrades of the whole deployment, one process after the other, each with a change of mind. */
export const rollingUpgradeScenario: Scenario = {
  name: 'rolling-upgrade',
  summary: 'controllers and agents are upgraded one by one, twice, and some are taken back',
  promise:
    'Releases that follow each other run side by side, and can be taken back: no record is refused, and no load balancer is lost.',
  size: smallSize,
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const faults = [
      ...upgrade(draws, controllerIds, 3_000, 'present', 'next'),
      ...upgrade(draws, controllerIds, 24_000, 'next', 'after-next'),
      ...ids.map((target, index): Fault => ({
        kind: 'agent-drain',
        atMs: 5_000 + index * (30_000 / ids.length) + draws.between(0, 2_000),
        forMs: draws.between(500, 3_000),
        target,
        variant: '',
      })),
    ];
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 20_000,
      untilMs,
      editsMax: 8,
      deletedShare: 0.3,
    });
    return { work, faults, untilMs };
  },
};

/** One controller after the other; then one is taken back, and upgraded again or left there. */
function upgrade(
  draws: RandomStream,
  controllers: readonly string[],
  fromMs: number,
  old: Release,
  next: Release,
): Fault[] {
  const everyMs = 10_000 / controllers.length;
  const step = (atMs: number, target: string, variant: Release): Fault => ({
    kind: 'controller-upgrade',
    atMs,
    forMs: draws.between(300, everyMs - 300),
    target,
    variant,
  });
  const order = draws.shuffled(controllers);
  const first = order.map((target, index) => step(fromMs + index * everyMs, target, next));
  const changed = draws.pick(controllers);
  const back = step(fromMs + 10_500, changed, old);
  const again = step(fromMs + 15_000, changed, next);
  // Two upgrades further, the oldest release would meet records that it can't read.
  return [...first, back, again];
}
