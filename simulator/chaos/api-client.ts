import { delay } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { unconfirmedHeader } from '../../src/api/guards.ts';
import type { ApiAnswer, ApiRequest } from '../world/wire.ts';
import type { Timeline } from './timeline.ts';

/** A client's pause before it tries again, and how long it waits for one answer. */
const retryMs = 50;
const patienceMs = 12_000;

/** What a request came to in the end. */
export interface Told {
  readonly answer: ApiAnswer;
  /** Who gave it. */
  readonly controller: string;
  /** From the first attempt to the answer. */
  readonly waitedMs: number;
}

/** A client of the API of all controllers: where one does not answer, or can't tell now, it asks the next. */
export class PatientClient {
  readonly #name: string;
  readonly #apis: ReadonlyMap<string, string>;
  readonly #timeline: Timeline;
  readonly #signal: AbortSignal;
  #turn = 0;

  constructor(
    name: string,
    apis: ReadonlyMap<string, string>,
    timeline: Timeline,
    signal: AbortSignal,
  ) {
    this.#name = name;
    this.#apis = apis;
    this.#timeline = timeline;
    this.#signal = signal;
  }

  /** Asks until somebody answers by something else than 503. */
  async ask(request: ApiRequest): Promise<Told> {
    const askedMs = systemClock.monotonicMs();
    for (;;) {
      this.#signal.throwIfAborted();
      const controllers = [...this.#apis.keys()];
      const controller = controllers[this.#turn % controllers.length] ?? '';
      const answer = await this.askOf(controller, request);
      if (answer !== null && answer.status !== 503) {
        return { answer, controller, waitedMs: systemClock.monotonicMs() - askedMs };
      }
      this.#turn += 1;
      await delay(systemClock, retryMs, this.#signal);
    }
  }

  /** All controllers but this one. */
  others(than: string): readonly string[] {
    return [...this.#apis.keys()].filter((controller) => controller !== than);
  }

  /** One attempt at one controller; null where it gives no answer. */
  async askOf(controller: string, request: ApiRequest): Promise<ApiAnswer | null> {
    const { method, path, body } = request;
    const askedMs = this.#timeline.nowMs;
    const breakOff = new AbortController();
    const timer = systemClock.setTimer(patienceMs, () => breakOff.abort());
    let answer: ApiAnswer | null = null;
    try {
      const response = await fetch(`${this.#apis.get(controller) ?? ''}${path}`, {
        method,
        signal: AbortSignal.any([breakOff.signal, this.#signal]),
        ...(body === null
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      const confirmed = response.headers.get(unconfirmedHeader) === null;
      answer = { status: response.status, text, confirmed };
    } catch {
      // Nobody is there, or whoever was there has died in the middle.
    } finally {
      systemClock.clearTimer(timer);
    }
    this.#timeline.emit({
      type: 'wire',
      client: this.#name,
      controller,
      request,
      answer,
      askedMs,
      heldUpMs: 0,
      lived: answer !== null,
    });
    return answer;
  }
}
