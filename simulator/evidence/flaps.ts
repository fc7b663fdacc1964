import { flapsAllowed } from '../../machines/liveness/flaps.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { trustIn } from '../workload/operator.ts';
import type { Observer } from '../world/events.ts';
import { livenessOf } from './records.ts';

interface Life {
  state: string;
  incarnation: number;
  aliveSinceMs: number;
  /** When it came back from deaths. */
  returnsMs: number[];
  /** Until when it has to live on; null where it does not flap. */
  untilMs: number | null;
}

/** Who flaps, found out anew from what is on record of agents' deaths: the checkers' own count. */
export class Flaps {
  readonly #timings: Pick<Timings, 'flapWindowMs' | 'flapQuietMs'>;
  readonly #lives = new Map<string, Life>();

  constructor(timings: Pick<Timings, 'flapWindowMs' | 'flapQuietMs'>) {
    this.#timings = timings;
  }

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'asked') {
      const life = this.#lives.get(trustIn(event.request) ?? '');
      if (life === undefined) return;
      life.untilMs = null;
      life.returnsMs = [];
    }
    if (event.type !== 'stored' || event.bucket !== 'liveness') return;
    const { change } = event;
    if (change.type === 'put') this.#note(change.key, change.value, atMs);
  };

  /** Since when it has been alive, on record, without a break; null where it is not. */
  aliveSince(agent: string): number | null {
    const life = this.#lives.get(agent);
    return life?.state === 'alive' ? life.aliveSinceMs : null;
  }

  /** Until when it is to be trusted with nothing new; null where it does not flap. */
  until(agent: string): number | null {
    return this.#lives.get(agent)?.untilMs ?? null;
  }

  #note(agent: string, value: string, atMs: number): void {
    const { value: state, context } = livenessOf(value);
    const { incarnation } = context;
    const before = this.#lives.get(agent);
    const life: Life = before ?? {
      state,
      incarnation,
      aliveSinceMs: atMs,
      returnsMs: [],
      untilMs: null,
    };
    this.#lives.set(agent, life);
    const isBack = before?.state === 'dead' && incarnation > before.incarnation;
    if (state === 'alive' && life.state !== 'alive') life.aliveSinceMs = atMs;
    life.state = state;
    life.incarnation = incarnation;
    if (isBack) this.#returned(life, atMs);
  }

  #returned(life: Life, atMs: number): void {
    const { flapWindowMs, flapQuietMs } = this.#timings;
    if (life.untilMs !== null && life.untilMs < atMs) life.untilMs = null;
    life.returnsMs = [...life.returnsMs.filter((then) => atMs - then < flapWindowMs), atMs];
    const flaps = life.returnsMs.length > flapsAllowed || life.untilMs !== null;
    if (flaps) life.untilMs = atMs + flapQuietMs;
  }
}
