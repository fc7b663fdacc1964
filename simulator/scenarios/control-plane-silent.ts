import { silenceTouchesNothing } from '../checkers/silence-touches-nothing.ts';
import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

/** Everything has been asked for by then, and has come to rest a few seconds later. */
const workedMs = 15_000;
const silentMs = 25_000;
const silenceMs = 60_000;
/** How far apart the controllers go, and come back. */
const spreadMs = 3_000;
const untilMs = silentMs + silenceMs + 2 * spreadMs;

/** The control plane may be gone for longer than any lease: it is not in the path of any traffic. */
export const controlPlaneSilentScenario: Scenario = {
  name: 'control-plane-silent',
  summary: 'all controllers are gone, cut off or held up for a minute',
  promise:
    'While no controller is there, no device is touched and nothing is bound anew, and the controllers that come back find everything as they left it.',
  size: smallSize,
  checkers: [silenceTouchesNothing],
  plan(stream, { controllerIds, loadBalancers }) {
    const faults = stream('faults');
    const course = faults.pick([
      { kind: 'controller-crash', variants: [''] },
      { kind: 'controller-pause', variants: [''] },
      { kind: 'controller-cut', variants: ['in', 'out', 'both'] },
      { kind: 'controller-disconnect', variants: ['Stale Connection', 'Read Error'] },
    ]);
    const silence = controllerIds.map((target): Fault => {
      const atMs = silentMs + faults.between(0, spreadMs);
      const endsMs = silentMs + silenceMs + spreadMs + faults.between(0, spreadMs);
      const { kind } = course;
      return { kind, atMs, forMs: endsMs - atMs, target, variant: faults.pick(course.variants) };
    });
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 5_000,
      untilMs: workedMs,
      editsMax: 3,
      deletedShare: 0.2,
    });
    return { work, faults: silence, untilMs };
  },
};
