import { isDeepStrictEqual } from 'node:util';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import {
  healthPushBytesMax,
  type HealthReport,
  healthReportsMax,
} from '../../machines/protocol/health-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { type Bus, BusUnavailable, PayloadTooLarge } from '../ports/bus.ts';

export interface HealthPushesOptions {
  readonly agent: string;
  /** The one that the agent has at the moment. */
  readonly incarnation: () => number;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'healthGapMs' | 'healthPushMs' | 'healthRefreshMs'>;
}

interface Known {
  readonly report: HealthReport;
  /** What was pushed last; null: nothing yet. */
  readonly pushed: HealthReport | null;
  /** It may have got lost. */
  readonly isDoubtful: boolean;
  readonly pushedAtMs: number;
}

const unknown = { pushed: null, isDoubtful: false, pushedAtMs: -Infinity } as const;

/** A shorter wait than this may end before the time has come by a clock that runs a little slow, for ever. */
const shortestWaitMs = 1;

/**
 * Tells controllers how traffic fares: only what changes, the first change at once, and then no more
 * often than `healthGapMs` for one load balancer and `healthPushMs` for the agent, always the newest
 * state. Messages may get lost, so all of it is told again every `healthRefreshMs`, after each outage
 * of the connection, and when a controller asks.
 */
export class HealthPushes {
  readonly #options: HealthPushesOptions;
  readonly #known = new Map<string, Known>();
  /** Whose newest state is yet to be told, in the order in which they changed. */
  readonly #untold = new Set<string>();
  #sequence = 0;
  #pushedAtMs = -Infinity;
  #timer: { readonly atMs: number; readonly timer: Timer } | null = null;
  #refresh: Timer | null = null;
  #isStopped = false;

  constructor(options: HealthPushesOptions) {
    this.#options = options;
  }

  /** `answered`: the reply to a command tells the same, so that it comes to be on record. */
  note(report: HealthReport, answered: boolean): void {
    const id = report.loadBalancer;
    const before = this.#known.get(id) ?? unknown;
    const { pushed, isDoubtful } = before;
    // What is on record counts only against pushes of an earlier epoch or generation.
    const isTold =
      pushed === null || isOlder(pushed, report)
        ? answered
        : !isDoubtful && isDeepStrictEqual(report, pushed);
    this.#known.set(id, { ...before, report });
    this.#armRefresh();
    if (isTold) this.#untold.delete(id);
    else {
      this.#untold.add(id);
      this.#push();
    }
  }

  /** This agent has nothing to say of it any more. */
  forget(loadBalancer: string): void {
    this.#known.delete(loadBalancer);
    this.#untold.delete(loadBalancer);
  }

  /** Whatever was told may have got lost. */
  again(): void {
    for (const [id, known] of this.#known) {
      this.#known.set(id, { ...known, isDoubtful: true });
      this.#untold.add(id);
    }
    this.#push();
  }

  stop(): void {
    this.#isStopped = true;
    const { clock } = this.#options;
    if (this.#timer !== null) clock.clearTimer(this.#timer.timer);
    if (this.#refresh !== null) clock.clearTimer(this.#refresh);
  }

  #armRefresh(): void {
    if (this.#refresh !== null || this.#isStopped) return;
    const { clock, timings } = this.#options;
    this.#refresh = clock.setTimer(timings.healthRefreshMs, () => {
      this.#refresh = null;
      if (this.#known.size === 0) return;
      this.again();
      this.#armRefresh();
    });
  }

  /** Tells what may be told now, and waits for the time of the rest. */
  #push(): void {
    if (this.#isStopped || this.#untold.size === 0) return;
    const { clock, bus, timings } = this.#options;
    // Once it is connected again, all of it is told.
    if (bus.status() !== 'connected') return;
    const now = clock.monotonicMs();
    if (now - this.#pushedAtMs < timings.healthPushMs) {
      this.#wait(this.#pushedAtMs + timings.healthPushMs);
      return;
    }
    const due = this.#due(now);
    if (due.length > 0 && !this.#send(due, now)) return;
    this.#waitForRest();
  }

  /** As many as one message holds, each as JSON; those that were told of a moment ago wait. */
  #due(now: number): { readonly id: string; readonly text: string }[] {
    const due: { id: string; text: string }[] = [];
    let bytes = 0;
    for (const id of this.#untold) {
      const known = this.#known.get(id);
      if (known === undefined) continue;
      if (now - known.pushedAtMs < this.#options.timings.healthGapMs) continue;
      const text = JSON.stringify(known.report);
      bytes += Buffer.byteLength(text);
      if (due.length > 0 && bytes > healthPushBytesMax) break;
      due.push({ id, text });
      if (due.length === healthReportsMax) break;
    }
    return due;
  }

  /** False where it did not leave, and has to wait for a connection. */
  #send(due: readonly { readonly id: string; readonly text: string }[], now: number): boolean {
    const { agent, incarnation, bus, log } = this.#options;
    this.#sequence += 1;
    const head = JSON.stringify({ agent, incarnation: incarnation(), sequence: this.#sequence });
    const reports = due.map(({ text }) => text).join(',');
    try {
      bus.publish(subjects.health(agent), `${head.slice(0, -1)},"reports":[${reports}]}`);
    } catch (error) {
      if (error instanceof BusUnavailable) return false;
      if (!(error instanceof PayloadTooLarge)) throw error;
      log.error({ loadBalancers: due.map(({ id }) => id) }, 'health that no message can hold');
    }
    this.#pushedAtMs = now;
    for (const { id } of due) {
      const known = this.#known.get(id);
      this.#untold.delete(id);
      if (known === undefined) continue;
      const { report } = known;
      this.#known.set(id, { report, pushed: report, isDoubtful: false, pushedAtMs: now });
    }
    return true;
  }

  #waitForRest(): void {
    if (this.#untold.size === 0) return;
    const { healthGapMs, healthPushMs } = this.#options.timings;
    let atMs = Infinity;
    for (const id of this.#untold) {
      // No sooner than that, however many wait.
      if (atMs <= this.#pushedAtMs + healthPushMs) break;
      atMs = Math.min(atMs, (this.#known.get(id)?.pushedAtMs ?? -Infinity) + healthGapMs);
    }
    this.#wait(Math.max(atMs, this.#pushedAtMs + healthPushMs));
  }

  #wait(atMs: number): void {
    const { clock } = this.#options;
    if (this.#timer !== null && this.#timer.atMs <= atMs) return;
    if (this.#timer !== null) clock.clearTimer(this.#timer.timer);
    const waitMs = Math.max(shortestWaitMs, atMs - clock.monotonicMs());
    const timer = clock.setTimer(waitMs, () => {
      this.#timer = null;
      this.#push();
    });
    this.#timer = { atMs, timer };
  }
}

/** Was it told of an earlier holder, or of an earlier generation? */
function isOlder(told: HealthReport, report: HealthReport): boolean {
  if (told.epoch !== report.epoch) return told.epoch < report.epoch;
  return told.generation < report.generation;
}
