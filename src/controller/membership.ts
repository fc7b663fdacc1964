import { z } from 'zod';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { agentId } from '../../machines/protocol/seat.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { serve } from '../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, type Subscription } from '../ports/bus.ts';

/** How often a controller's patience with a silent one may double. */
export const patienceDoublingsMax = 4;

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
  /** How often its silence was taken for its death, and was not, since it was last heard. */
  readonly #mistakes = new Map<string, number>();
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
    const answers = await Promise.all(others.map((owner) => this.#answers(owner)));
    for (const [index, owner] of others.entries()) {
      if (answers[index] === true) this.#heard.set(owner, this.#options.provenMs());
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

  /** Looks who has been silent for too long; called as proven time goes on. */
  look(): void {
    const { provenMs, timings, log } = this.#options;
    const now = provenMs();
    for (const [controller, heardMs] of this.#heard) {
      const patience = 2 ** Math.min(this.#mistakes.get(controller) ?? 0, patienceDoublingsMax);
      if (now - heardMs < patience * timings.deadAfterMs) continue;
      log.warn({ controller }, 'a controller has been silent for too long');
      this.#remove(controller);
    }
  }

  /**
   * A record that somebody has just written shows that he lives, although he may not be heard: as where
   * two controllers don't reach each other and both reach the stores. Without this they would take each
   * other's shards as fast as the store writes. Each time that silence was wrong about a controller, it
   * takes twice as long to be believed again.
   */
  wrote(controller: string): void {
    if (this.#stopped || controller === this.#options.controller) return;
    const isNew = !this.#heard.has(controller);
    this.#heard.set(controller, this.#options.provenMs());
    if (!isNew) return;
    this.#mistakes.set(controller, (this.#mistakes.get(controller) ?? 0) + 1);
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
    this.#heard.set(controller, this.#options.provenMs());
    this.#mistakes.delete(controller);
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
    this.#answers(id)
      .then((answers) => {
        if (answers) return;
        this.#mistakes.delete(id);
        this.#remove(id);
      })
      .catch((error: unknown) => {
        this.#options.log.error({ controller: id, err: error }, 'a controller was not probed');
      });
  }

  async #answers(controller: string): Promise<boolean> {
    const { bus, timings } = this.#options;
    try {
      await bus.request(subjects.controller(controller, 'probe'), '{}', timings.probeTimeoutMs);
      return true;
    } catch (error) {
      // No answer in time says nothing yet; silence will.
      return !(error instanceof NoResponders);
    }
  }

  #remove(controller: string): void {
    if (!this.#heard.delete(controller)) return;
    this.#options.log.info({ controller }, 'a controller is gone');
    if (!this.#stopped) this.#options.changed();
  }
}
