import { type Cancel, after, monotonicMs, onFrame } from '../clock.ts';

/** However long a picture took, the next one is not put off for longer. */
export const restMaxMs = 250;

/**
 * Paints at most once a frame, and rests for as long as a picture took: where pictures take long, half of the
 * time is left for what comes in, and for who uses the page.
 */
export class Painter {
  readonly #paint: () => void;
  #cancel: Cancel | null = null;
  #notBeforeMs = 0;

  constructor(paint: () => void) {
    this.#paint = paint;
  }

  ask(): void {
    if (this.#cancel !== null) return;
    const waitMs = this.#notBeforeMs - monotonicMs();
    this.#cancel = waitMs > 0 ? after(waitMs, () => this.#nextFrame()) : onFrame(() => this.#now());
  }

  #nextFrame(): void {
    this.#cancel = onFrame(() => this.#now());
  }

  #now(): void {
    const startedMs = monotonicMs();
    this.#cancel = null;
    this.#paint();
    // What was asked for is drawn before the next turn: then it is known how long all of it took.
    after(0, () => {
      const endedMs = monotonicMs();
      const tookMs = endedMs - startedMs;
      this.#notBeforeMs = tookMs < 12 ? 0 : endedMs + Math.min(tookMs, restMaxMs);
    });
  }
}
