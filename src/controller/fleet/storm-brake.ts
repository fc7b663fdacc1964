import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { BrakeView } from '../../api/services.ts';

/** In fleets of fewer hosts than that, each is a large part. */
export const stormHostsMin = 4;
/** Of how many hosts more than one may go at once. */
export const stormShare = 1 / 3;

/** One agent, as far as storms are concerned. */
export interface StormAgent {
  readonly id: string;
  readonly host: string;
  readonly state: string;
}

export interface StormBrakeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'stormBrakeMs' | 'stormWindowMs' | 'deadAfterMs'>;
  /** Milliseconds of good hearing so far. */
  readonly provenMs: () => number;
  readonly agents: () => Iterable<StormAgent>;
}

interface Storm {
  readonly sinceProvenMs: number;
  readonly sinceWallMs: number;
  readonly reason: string;
  /** Verdicts pass: it was waited for long enough, or an operator has said so. */
  isOver: boolean;
  /** Since when so many are heard again that it is none any more: those who are late get a silence's time. */
  passedProvenMs: number | null;
}

/**
 * Where a large part of the fleet goes at once, a judge suspects itself first, or NATS: verdicts of every kind
 * wait until it has heard well for `stormBrakeMs` and they are gone still, or until an operator lets them pass.
 * What goes by itself is a host, so hosts are counted, and one that goes alone is never waited for.
 */
export class StormBrake {
  readonly #options: StormBrakeOptions;
  /** When agents were heard to be dead. */
  readonly #diedMs = new Map<string, MonotonicMs>();
  #storm: Storm | null = null;

  constructor(options: StormBrakeOptions) {
    this.#options = options;
  }

  /** The state of an agent, as it is told; what is old already when it is first known makes no storm. */
  note(agent: string, state: string, isNews: boolean): void {
    if (state !== 'dead') this.#diedMs.delete(agent);
    else if (isNews && !this.#diedMs.has(agent)) {
      this.#diedMs.set(agent, this.#options.clock.monotonicMs());
    }
    this.#update();
  }

  /** Have verdicts to wait now? Asked whenever one is due. */
  holds(): boolean {
    this.#update();
    return this.#storm?.isOver === false;
  }

  #update(): void {
    const { clock, log, timings } = this.#options;
    const provenMs = this.#options.provenMs();
    const { gone, hosts } = this.#look();
    if (!isStorm(gone.length, hosts)) return this.#pass(provenMs);
    if (this.#storm === null) {
      const reason = wordsOf(gone, hosts);
      const sinceWallMs = clock.wallMs();
      this.#storm = {
        sinceProvenMs: provenMs,
        sinceWallMs,
        reason,
        isOver: false,
        passedProvenMs: null,
      };
      log.warn({ gone, hosts }, `the storm brake holds verdicts back: ${reason}`);
    }
    const storm = this.#storm;
    storm.passedProvenMs = null;
    if (!storm.isOver && provenMs - storm.sinceProvenMs >= timings.stormBrakeMs) {
      storm.isOver = true;
      const why = 'the rest of the fleet is heard well';
      log.warn({ gone, hosts }, `the storm brake lets verdicts pass: ${why}`);
    }
  }

  #pass(provenMs: number): void {
    const storm = this.#storm;
    if (storm === null) return;
    storm.passedProvenMs ??= provenMs;
    const isWaitedFor = provenMs - storm.passedProvenMs < this.#options.timings.deadAfterMs;
    if (!storm.isOver && isWaitedFor) return;
    this.#storm = null;
    this.#options.log.info({}, 'the storm is over');
  }

  /** An operator knows what has happened; does nothing where nothing is held back. */
  release(): void {
    if (this.#storm === null || this.#storm.isOver) return;
    this.#storm.isOver = true;
    this.#options.log.warn({}, 'an operator lets the verdicts pass that the storm brake held back');
  }

  view(): BrakeView {
    this.#update();
    const { gone, hosts } = this.#look();
    const storm = this.#storm?.isOver === false ? this.#storm : null;
    const { sinceWallMs: sinceMs = null, reason = null } = storm ?? {};
    return { engaged: storm !== null, sinceMs, reason, gone, hosts };
  }

  /** Hosts of which nobody is heard any more, since a short while; and all that there were. */
  #look(): { readonly gone: readonly string[]; readonly hosts: number } {
    const { clock, timings, agents } = this.#options;
    const fromMs = clock.monotonicMs() - timings.stormWindowMs;
    const isHeard = new Map<string, boolean>();
    for (const { id, host, state } of agents()) {
      if (state === 'retired' || state === 'joining') continue;
      const diedMs = this.#diedMs.get(id) ?? Number.NEGATIVE_INFINITY;
      if (state === 'dead' && diedMs < fromMs) continue;
      const isGone = state === 'dead' || state === 'suspect';
      isHeard.set(host, (isHeard.get(host) ?? false) || !isGone);
    }
    const gone = [...isHeard].flatMap(([host, heard]) => (heard ? [] : [host]));
    return { gone: gone.toSorted(), hosts: isHeard.size };
  }
}

const isStorm = (gone: number, hosts: number): boolean =>
  hosts >= stormHostsMin && gone > Math.max(1, Math.floor(hosts * stormShare));

const shownMax = 4;

function wordsOf(gone: readonly string[], hosts: number): string {
  const more = gone.length > shownMax ? ` and ${gone.length - shownMax} more` : '';
  return `${gone.length} of ${hosts} hosts went at once (${gone.slice(0, shownMax).join(', ')}${more})`;
}
