import type { Clock } from '../../machines/ports/clock.ts';

/** How many load balancers are handled before the others get their turn, and for how long. */
export const sliceSize = 32;
export const sliceMs = 4;

/** Handles many items without holding up everything else: a slice, then a breath, then the next; `done` after the last. */
export function inSlices<T>(
  clock: Clock,
  items: readonly T[],
  handle: (item: T) => void,
  done?: () => void,
): void {
  const step = (from: number): void => {
    const endMs = clock.monotonicMs() + sliceMs;
    let next = from;
    do {
      handle(items[next] as T);
      next += 1;
    } while (next < items.length && next < from + sliceSize && clock.monotonicMs() < endMs);
    if (next < items.length) clock.setTimer(0, () => step(next));
    else done?.();
  };
  if (items.length > 0) step(0);
  else done?.();
}
