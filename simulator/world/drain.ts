/** How many steps run before real I/O gets its turn, so that a long run can be interrupted. */
const stepsPerBreath = 10_000;

/**
 * Calls `step` until it returns false, and lets every promise that a step has settled run to its
 * end before the next one: a microtask that queues a `nextTick` runs when all microtasks are done.
 */
export function drainBetween(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let steps = 0;
    const turn = (): void => {
      try {
        if (!step()) {
          resolve();
          return;
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      steps += 1;
      if (steps % stepsPerBreath === 0) setImmediate(turn);
      else queueMicrotask(() => process.nextTick(turn));
    };
    setImmediate(turn);
  });
}
