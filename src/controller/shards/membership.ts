import { z } from 'zod';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { agentId } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { serve } from '../../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, type Subscription } from '../../ports/bus.ts';

/** So many questions in a row, of `probeTimeoutMs` each, does a silent controller leave unanswered before it is gone. */
export const questionsLeast = 2;
export const questionsMost = 128;
/** From the second mistake about a controller on, each makes it so many times as many. */
const timesAsMany = 4;
/** A controller that was wrongly taken for dead, and has been heard well for so long, is like any other again. */
export const forgivenAfterMs = 60_000;

const presenceSubject = subjects.controller('all', 'presence');

/** `leaving`: it has let go of everything and will not be heard again. */
const Presence = z.strictObject({ controller: agentId, leaving: z.boolean() });

export interface MembershipOptions {
  readonly controller: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  /** Proven time in milliseconds: silence counts only while this process could hear. */
  readonly provenMs: () => number;
  /** The set of the living has changed. */
  readonly changed: () => void;
}

/**
 * The controllers that live, as this one hears them. Being wrong costs time, never safety: shards
 * change hands by compare-and-swap.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #heard = new Map<string, number>();
  /** How often its silence was taken for its death lately, and was not; and when last. */
  readonly #mistakes = new Map<string, { readonly count: number; readonly atMs: number }>();
  /** Those whose silence was taken for their death. */
  readonly #silenced = new Set<string>();
  /** Those who are being asked whether they are there. */
  readonly #asked = new Set<string>();
  readonly #subscriptions: Subscription[] = [];
  #timer: Timer | null = null;
  #stopped = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Starts with those owners of shards that answer; `owners` may name anybody. */
  async start(owners: readonly string[]): Promise<void> {
    const { controller, bus, log } = this.#options;
    const others = [...new Set(owners)].filter((owner) => owner !== controller);
    const answers = await Promise.all(others.map((owner) => this.#ask(owner)));
    for (const [index, owner] of others.entries()) {
      if (answers[index] !== 'nobody') this.#heard.set(owner, this.#options.provenMs());
    }
    this.#subscriptions.push(
      serve({
        bus,
        log,
        subject: presenceSubject,
        schema: Presence,
        repetitive: true,
        handle: (presence) => {
          this.#present(presence);
          return undefined;
        },
      }),
      bus.subscribe(subjects.connDisconnect, (message) => this.#disconnected(message.data)),
    );
    this.#beat();
  }

  /** Their ids, in order; this controller is always one of them. */
  living(): readonly string[] {
    return [this.#options.controller, ...this.#heard.keys()].toSorted();
  }

  /** Looks who is silent, and asks him; called as proven time goes on. */
  look(): void {
    const { provenMs, timings, log } = this.#options;
    // One word of presence is overdue then.
    const silenceMs = timings.heartbeatMs + timings.probeTimeoutMs;
    const now = provenMs();
    for (const [controller, heardMs] of this.#heard) {
      if (this.#asked.has(controller)) continue;
      if (now - heardMs < silenceMs) continue;
      this.#asked.add(controller);
      this.#doubt(controller, heardMs)
        .catch((error: unknown) => {
          log.error({ controller, err: error }, 'a silent controller was not asked');
        })
        .finally(() => this.#asked.delete(controller));
    }
  }

  /**
   * A controller that hangs keeps its connection, so nobody tells of it, and the leases of the agents that it judges run
   * out. So one that was not heard is asked, and is gone when it has left enough questions unanswered.
   */
  async #doubt(controller: string, heardMs: number): Promise<void> {
    const { provenMs, timings, log } = this.#options;
    const startedMs = provenMs();
    const questions = this.#questions(controller);
    // While this process is deaf itself, that nobody answers says nothing.
    const heardFor = (many: number) => provenMs() - startedMs >= many * timings.probeTimeoutMs;
    for (let asked = 0; asked < questions || !heardFor(questions - 1); asked += 1) {
      const answer = await this.#ask(controller);
      if (this.#stopped || this.#heard.get(controller) !== heardMs) return;
      if (answer === 'answers') {
        this.#heard.set(controller, provenMs());
        return;
      }
      if (answer === 'unasked') return;
      if (answer === 'nobody') {
        log.warn({ controller }, 'a controller is silent, and nobody listens in its name');
        this.#silenced.add(controller);
        this.#remove(controller);
        return;
      }
    }
    log.warn({ controller }, 'a controller is silent, and does not answer');
    this.#silenced.add(controller);
    this.#remove(controller);
  }

  /**
   * How many questions it may leave unanswered, by the mistakes that were made about it lately: 2, after the second 8, then
   * 32 and 128. So one that hangs twice is replaced before leases have ended, both times.
   */
  #questions(controller: string): number {
    const mistakes = this.#mistakes.get(controller)?.count ?? 0;
    return Math.min(questionsLeast * timesAsMany ** Math.max(0, mistakes - 1), questionsMost);
  }

  /** It was taken for dead, and lives: its next silence takes longer to be believed. */
  #mistaken(controller: string): void {
    const count = (this.#mistakes.get(controller)?.count ?? 0) + 1;
    this.#mistakes.set(controller, { count, atMs: this.#options.provenMs() });
  }

  /**
   * A record that somebody has just written shows that he lives, although he may not be heard: as where
   * two controllers don't reach each other and both reach the stores. Without this they would take each
   * other's shards as fast as the store writes. Each time that silence was wrong about a controller, also where it only
   * stood still for a while, it takes longer to be believed again.
   */
  wrote(controller: string): void {
    if (this.#stopped || controller === this.#options.controller) return;
    const isNew = !this.#heard.has(controller);
    this.#heard.set(controller, this.#options.provenMs());
    if (!isNew) return;
    // One that has only just started may write before it is heard for the first time.
    if (this.#silenced.delete(controller)) this.#mistaken(controller);
    this.#options.log.info({ controller }, 'a controller is not heard, and writes');
    this.#options.changed();
  }

  /** Ends its own presence; `leaving` says so to the others. */
  stop(leaving: boolean): void {
    this.#stopped = true;
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    if (leaving) this.#say(true);
  }

  #beat(): void {
    if (this.#stopped) return;
    this.#say(false);
    const { clock, timings } = this.#options;
    this.#timer = clock.setTimer(timings.heartbeatMs, () => this.#beat());
  }

  #say(leaving: boolean): void {
    const { bus, controller, log } = this.#options;
    try {
      const presence = { controller, leaving };
      bus.publish(presenceSubject, JSON.stringify(presence));
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      log.debug({ controller }, 'the presence was not told: not connected');
    }
  }

  #present({ controller, leaving }: z.infer<typeof Presence>): void {
    if (controller === this.#options.controller) return;
    if (leaving) {
      this.#remove(controller);
      return;
    }
    const isNew = !this.#heard.has(controller);
    const now = this.#options.provenMs();
    this.#heard.set(controller, now);
    if (this.#silenced.delete(controller)) this.#mistaken(controller);
    else if (now - (this.#mistakes.get(controller)?.atMs ?? now) > forgivenAfterMs) {
      this.#mistakes.delete(controller);
    }
    if (isNew) {
      this.#options.log.info({ controller }, 'a controller has joined');
      this.#options.changed();
    }
  }

  #disconnected(data: string): void {
    const advisory = subjects.parseDisconnect(data);
    if (advisory === null || !subjects.meansClosed(advisory.reason)) return;
    const name = subjects.parseConnectionName(advisory.clientName);
    if (name?.role !== 'controller' || !this.#heard.has(name.id)) return;
    const { id } = name;
    // The name is only claimed; that nobody listens on its subject is the evidence.
    this.#ask(id)
      .then((answer) => {
        // No answer in time says nothing yet; silence will.
        if (answer !== 'nobody') return;
        this.#mistakes.delete(id);
        this.#silenced.delete(id);
        this.#remove(id);
      })
      .catch((error: unknown) => {
        this.#options.log.error({ controller: id, err: error }, 'a controller was not probed');
      });
  }

  async #ask(controller: string): Promise<'answers' | 'nobody' | 'no answer' | 'unasked'> {
    const { bus, timings } = this.#options;
    try {
      await bus.request(subjects.controller(controller, 'probe'), '{}', timings.probeTimeoutMs);
      return 'answers';
    } catch (error) {
      if (error instanceof NoResponders) return 'nobody';
      return error instanceof BusUnavailable ? 'unasked' : 'no answer';
    }
  }

  #remove(controller: string): void {
    if (!this.#heard.delete(controller)) return;
    this.#options.log.info({ controller }, 'a controller is gone');
    if (!this.#stopped) this.#options.changed();
  }
}
