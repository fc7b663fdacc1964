import type { Clock } from './ports/clock.ts';

/** One that was asked, and how to answer it. */
export interface Gathered<TAsked, TAnswer> {
  readonly asked: TAsked;
  readonly resolve: (answer: TAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What is asked in one turn of the event loop, or a little more, leaves together: when there are `most`, or with the
 * next turn. `send` answers each; where it rejects, all that it has not answered are refused with that.
 */
export class Gathering<TAsked, TAnswer> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #send: (all: readonly Gathered<TAsked, TAnswer>[]) => Promise<void>;
  #waiting: Gathered<TAsked, TAnswer>[] = [];

  constructor(
    clock: Clock,
    most: number,
    send: (all: readonly Gathered<TAsked, TAnswer>[]) => Promise<void>,
  ) {
    this.#clock = clock;
    this.#most = most;
    this.#send = send;
  }

  ask(asked: TAsked): Promise<TAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject });
      if (this.#waiting.length === this.#most) this.#leave();
      else if (this.#waiting.length === 1) this.#leaveNext(this.#waiting);
    });
  }

  #leaveNext(those: readonly Gathered<TAsked, TAnswer>[]): void {
    this.#clock.setTimer(0, () => {
      if (this.#waiting === those) this.#leave();
    });
  }

  #leave(): void {
    const all = this.#waiting;
    this.#waiting = [];
    this.#send(all).catch((error: unknown) => {
      for (const { reject } of all) reject(error);
    });
  }
}
