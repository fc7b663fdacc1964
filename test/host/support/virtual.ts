import { drainBetween } from '../../../simulator/world/drain.ts';
import { ProcessClock, VirtualTime } from '../../../simulator/world/virtual-clock.ts';

/** How long a test lets virtual time run before it says that something never happened. */
const patienceMs = 600_000;

/** Virtual time for one test: nothing in it sleeps, and everything happens in one order. */
export class Virtual {
  readonly time = new VirtualTime();
  readonly clock: ProcessClock = new ProcessClock(this.time, 'test');

  /** Lets `durationMs` pass, with everything that happens meanwhile. */
  async run(durationMs: number): Promise<void> {
    const untilMs = this.time.nowMs + durationMs;
    await drainBetween(() => this.#step(untilMs));
    this.time.jumpTo(untilMs);
  }

  /** Lets what is due now happen, and all promises that follow from it. */
  settleNow(): Promise<void> {
    return this.run(0);
  }

  /** Runs until the condition holds; throws with what was waited for. */
  async until(what: string, holds: () => boolean, limitMs: number = patienceMs): Promise<void> {
    const untilMs = this.time.nowMs + limitMs;
    await drainBetween(() => !holds() && this.#step(untilMs));
    if (!holds()) throw new Error(`waited ${limitMs} virtual ms in vain until ${what}`);
  }

  /** Runs until the promise is settled, and passes on what became of it. */
  async settled<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const noted = work.finally(() => {
      done = true;
    });
    noted.catch(() => undefined);
    await this.until('the promise is settled', () => done);
    return noted;
  }

  /** The events that are still to come; a cancelled timer is none. */
  pending(): number {
    let pending = 0;
    for (let event = this.time.next(Infinity); event !== null; event = this.time.next(Infinity)) {
      pending += 1;
    }
    return pending;
  }

  #step(untilMs: number): boolean {
    const event = this.time.next(untilMs);
    if (event === null) return false;
    event.run?.();
    return true;
  }
}
