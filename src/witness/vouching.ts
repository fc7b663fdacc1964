import { type Clock, type MonotonicMs, pause } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type {
  WitnessAnswer,
  WitnessAsk,
  WitnessSet,
} from '../../machines/protocol/witness-messages.ts';
import type { Timings } from '../../machines/timings/timings.ts';

/** The lease that is carried on. */
export interface Vouched {
  /** When the question was sent that a judge has answered last. */
  readonly heardFrom: MonotonicMs;
  readonly lasts: boolean;
  /** Carried on by promises that were asked for at this moment; false where it had ended before. */
  extend(askedAt: MonotonicMs): boolean;
}

export interface VouchingOptions {
  readonly witnesses: WitnessSet;
  /** Rejects where there is no answer in time. */
  readonly ask: (witness: string, ask: WitnessAsk, withinMs: number) => Promise<WitnessAnswer>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<
    Timings,
    'heartbeatMs' | 'ackTimeoutMs' | 'leaseMs' | 'lapseMs' | 'sweepMs'
  >;
}

/** How far one witness has come with this incarnation. */
interface Standing {
  /** When it said that it is a witness; null before, and where it has forgotten. */
  enrolledAt: MonotonicMs | null;
  askedAt: MonotonicMs | null;
  isMissed: boolean;
  /** It has denied this incarnation, and will promise it nothing. */
  isRefusing: boolean;
}

/**
 * How an agent's lease is carried on while its judge is silent: by the promises of enough of its witnesses
 * (rule R17 of docs/binding.md). A witness counts for an incarnation once a judge has acknowledged that
 * after the witness was enrolled: whoever had been asked to deny it before, and has forgotten that, would
 * otherwise promise what it has denied.
 */
export class Vouching {
  readonly #options: VouchingOptions;
  #round: AbortController | null = null;

  constructor(options: VouchingOptions) {
    this.#options = options;
  }

  /** An incarnation has got its lease. */
  begin(incarnation: number, lease: Vouched): void {
    this.stop();
    const round = new AbortController();
    this.#round = round;
    this.#watch(incarnation, lease, round.signal).catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'the witnesses are not asked any more');
    });
  }

  stop(): void {
    this.#round?.abort();
    this.#round = null;
  }

  async #watch(incarnation: number, lease: Vouched, signal: AbortSignal): Promise<void> {
    const { clock, witnesses, timings } = this.#options;
    const standings = new Map(
      witnesses.agents.map((id): [string, Standing] => [
        id,
        { enrolledAt: null, askedAt: null, isMissed: false, isRefusing: false },
      ]),
    );
    let isSilent = false;
    while (!signal.aborted) {
      const now = clock.monotonicMs();
      // One heartbeat that is lost makes no silence, nor does one whose answer may yet come.
      const unheardMs = now - lease.heardFrom;
      const isNowSilent = unheardMs > timings.heartbeatMs + timings.ackTimeoutMs;
      if (isSilent !== isNowSilent) this.#tell(incarnation, isNowSilent);
      isSilent = isNowSilent;
      if (isSilent && lease.lasts) await this.#carryOn(incarnation, lease, standings, signal);
      else if (!isSilent) await this.#lookAfter(incarnation, standings);
      const tookMs = clock.monotonicMs() - now;
      await pause(clock, Math.max(0, timings.heartbeatMs - tookMs), signal);
    }
  }

  /** Resolves as soon as enough have promised, or all have answered. */
  async #carryOn(
    incarnation: number,
    lease: Vouched,
    standings: ReadonlyMap<string, Standing>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, witnesses } = this.#options;
    const askedAt = clock.monotonicMs();
    const counted = [...standings].filter(
      ([, { enrolledAt }]) => enrolledAt !== null && enrolledAt < lease.heardFrom,
    );
    // A promise that is of no use only keeps others from taking over.
    if (counted.length < witnesses.promises) return;
    let promises = 0;
    await new Promise<void>((resolve) => {
      const asked = counted.map(async ([id, standing]) => {
        const answer = await this.#ask(id, standing, { type: 'promise', incarnation });
        if (answer?.type === 'promised') promises += 1;
        if (promises >= witnesses.promises) resolve();
      });
      Promise.all(asked).then(() => resolve(), resolve);
    });
    if (signal.aborted || promises < witnesses.promises) return;
    lease.extend(askedAt);
  }

  /** Enrols those that are not, and looks whether the others still are. */
  async #lookAfter(incarnation: number, standings: ReadonlyMap<string, Standing>): Promise<void> {
    const { clock, timings } = this.#options;
    const now = clock.monotonicMs();
    const asked = [...standings].map(async ([id, standing]) => {
      const { enrolledAt, askedAt } = standing;
      const isDue = askedAt === null || now - askedAt >= timings.sweepMs;
      if (!isDue && (enrolledAt !== null || standing.isRefusing)) return;
      if (enrolledAt !== null) {
        await this.#ask(id, standing, { type: 'check', incarnation });
        return;
      }
      const enrol = { type: 'enrol', incarnation, forMs: timings.lapseMs } as const;
      const answer = await this.#ask(id, standing, enrol);
      if (answer?.type === 'enrolled') standing.enrolledAt = clock.monotonicMs();
    });
    await Promise.all(asked);
  }

  async #ask(id: string, standing: Standing, ask: WitnessAsk): Promise<WitnessAnswer | null> {
    const { clock, timings, log } = this.#options;
    standing.askedAt = clock.monotonicMs();
    try {
      const answer = await this.#options.ask(id, ask, timings.ackTimeoutMs);
      const isGone = answer.type === 'stranger' && standing.enrolledAt !== null;
      if (isGone) standing.enrolledAt = null;
      if (answer.type === 'refused' && !standing.isRefusing) {
        const why = 'a witness of this agent has denied it, and promises it nothing in this life';
        log.info({ witness: id, incarnation: ask.incarnation }, why);
      }
      standing.isRefusing = answer.type === 'refused';
      if (isGone) log.warn({ witness: id }, 'a witness of this agent has forgotten it');
      else if (standing.isMissed) log.info({ witness: id }, 'a witness answers again');
      standing.isMissed = false;
      return answer;
    } catch (error) {
      if (!standing.isMissed) {
        log.warn({ witness: id, error: String(error) }, 'a witness of this agent does not answer');
      }
      standing.isMissed = true;
      return null;
    }
  }

  #tell(incarnation: number, isSilent: boolean): void {
    const { log, witnesses } = this.#options;
    const what = { incarnation, witnesses: witnesses.agents, promises: witnesses.promises };
    if (isSilent) log.warn(what, 'no judge answers: the witnesses are asked to carry the lease on');
    else log.info(what, 'a judge answers again');
  }
}
