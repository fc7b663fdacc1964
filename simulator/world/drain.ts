/** How many steps run before real I/O gets its turn, so that a long run can be interrupted. */
const stepsPerBreath = 10_000;

/**
 * What Node itself calls between two callbacks of its event loop: every microtask and `nextTick`
 * runs to its end. It is not documented, but nothing documented does this without giving the loop a
 * turn, and that costs more than most steps do.
 */
const { _tickCallback: settleAll } = process as unknown as { _tickCallback?: () => void };

/**
 * Calls `step` until it returns false, and lets every promise that a step has settled run to its
 * end before the next one.
 */
export function drainBetween(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (settleAll === undefined) throw new Error('this Node.js has no process._tickCallback');
    const turn = (): void => {
      try {
        for (let steps = 0; steps < stepsPerBreath; steps += 1) {
          if (!step()) {
            resolve();
            return;
          }
          settleAll();
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      setImmediate(turn);
    };
    // From a fresh turn of the event loop, because within a microtask the call does nothing.
    setImmediate(turn);
  });
}
