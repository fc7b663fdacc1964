import type { Clock, MonotonicMs, Timer, WallMs } from '../../machines/ports/clock.ts';

/** Node fires a timer at once when its delay does not fit into 31 bits. */
export const timerDelayMaxMs = 2 ** 31 - 1;

/** What is armed at the moment. */
class SystemTimer {
  immediate: NodeJS.Immediate | undefined;
  timeout: NodeJS.Timeout | undefined;

  cancel(): void {
    clearImmediate(this.immediate);
    clearTimeout(this.timeout);
  }
}

/** Longer delays are waited for in steps, since Node can't wait that long in one. */
function arm(timer: SystemTimer, delayMs: number, run: () => void): void {
  if (delayMs <= 0) {
    timer.immediate = setImmediate(run);
    return;
  }
  const stepMs = Math.min(delayMs, timerDelayMaxMs);
  timer.timeout = setTimeout(
    delayMs > stepMs ? () => arm(timer, delayMs - stepMs, run) : run,
    stepMs,
  );
}

/** The machine's own clocks: the wall clock may be set at any time, the monotonic one never jumps. */
export const systemClock: Clock = {
  wallMs: () => Date.now() as WallMs,
  monotonicMs: () => performance.now() as MonotonicMs,
  setTimer(delayMs, run) {
    if (Number.isNaN(delayMs)) throw new RangeError('a timer needs a number of milliseconds: NaN');
    const timer = new SystemTimer();
    arm(timer, delayMs, run);
    return timer as unknown as Timer;
  },
  clearTimer(timer) {
    (timer as unknown as SystemTimer).cancel();
  },
};
