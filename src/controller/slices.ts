import type { Clock } from '../../machines/ports/clock.ts';

/** How many load balancers are handled before the others get their turn. */
export const sliceSize = 32;

/** Handles many items without holding up everything else: a slice, then a breath, then the next. */
export function inSlices<T>(clock: Clock, items: readonly T[], handle: (item: T) => void): void {
  const step = (from: number): void => {
    const to = Math.min(from + sliceSize, items.length);
    for (let index = from; index < to; index += 1) handle(items[index] as T);
    if (to < items.length) clock.setTimer(0, () => step(to));
  };
  step(0);
}
