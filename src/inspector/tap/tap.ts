import type { EventObject } from 'xstate';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Random } from '../../../machines/ports/random.ts';
import { type ActorKindName, type Batch, Watch } from '../../../machines/protocol/inspection.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { serve } from '../../messaging/endpoint.ts';
import type { Bus, Subscription } from '../../ports/bus.ts';
import type { ActorSource } from './actor-source.ts';
import type { SentMessage } from './message-notes.ts';
import type { Noting } from './noting.ts';
import { TapBuffer } from './tap-buffer.ts';

/** How often batches leave while somebody watches, at most. */
export const tickMs = 100;
/** How often the process tells of itself at least, so that a silent one is noticed. */
export const nodeEveryMs = 1_000;

export interface TapOptions {
  readonly node: string;
  readonly role: Batch['role'];
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What is told of the process itself. */
  readonly facts: () => object;
}

/**
 * Publishes what the actors of a process do while somebody watches, and costs a comparison otherwise.
 * What fails in here is logged, and harms no actor.
 */
export class Tap implements Noting {
  readonly #options: TapOptions;
  readonly #buffer: TapBuffer;
  #watchedUntilMs = Number.NEGATIVE_INFINITY;
  #isWatched = false;
  #toldOfItselfMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;
  #subscription: Subscription | null = null;

  constructor(options: TapOptions) {
    this.#options = options;
    const { node, role, clock, random, facts } = options;
    const wallMs = () => clock.wallMs();
    this.#buffer = new TapBuffer({ node, role, life: random.uuid(), wallMs, facts });
  }

  get isWatched(): boolean {
    return this.#isWatched;
  }

  add(source: ActorSource): void {
    this.#buffer.add(source);
  }

  /** Begins to listen for watchers. */
  listen(): void {
    const { bus, log } = this.#options;
    this.#subscription = serve({
      ...{ bus, log, subject: subjects.inspectionWatch, schema: Watch },
      handle: (watch) => this.#watch(watch),
    });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#end();
  }

  stepped(kind: ActorKindName, id: string, from: string, to: string, event: EventObject): void {
    this.#buffer.stepped(kind, id, from, to, event);
  }

  changed(kind: ActorKindName, id: string): void {
    this.#buffer.changed(kind, id);
  }

  gone(kind: ActorKindName, id: string): void {
    this.#buffer.gone(kind, id);
  }

  sent(message: SentMessage): void {
    this.#buffer.sent(message);
  }

  trouble(level: 'warn' | 'error', fields: object, text: string): void {
    this.#buffer.trouble(level, fields, text);
  }

  /** A frame that is told whoever watches; nothing where nobody does. */
  tell(frame: Parameters<TapBuffer['wait']>[0]): void {
    if (this.#isWatched) this.#buffer.wait(frame);
  }

  #watch({ forMs, fresh }: Watch): undefined {
    const now = this.#options.clock.monotonicMs();
    this.#watchedUntilMs = Math.max(this.#watchedUntilMs, now + forMs);
    const begins = !this.#isWatched;
    this.#isWatched = true;
    this.#guarded(() => {
      if (begins) for (const source of this.#buffer.sources()) source.watched?.(true);
      if (begins || fresh) this.#buffer.tellAll();
    });
    if (this.#timer === null) this.#arm(0);
  }

  #arm(delayMs: number): void {
    this.#timer = this.#options.clock.setTimer(delayMs, () => {
      this.#timer = null;
      this.#tick();
    });
  }

  #tick(): void {
    const now = this.#options.clock.monotonicMs();
    if (now >= this.#watchedUntilMs) return this.#end();
    const withNode = now - this.#toldOfItselfMs >= nodeEveryMs;
    if (withNode || !this.#buffer.isEmpty) {
      if (withNode) this.#toldOfItselfMs = now;
      this.#guarded(() => this.#publish(this.#buffer.take({ withNode })));
    }
    this.#arm(tickMs);
  }

  #publish(batch: string): void {
    const { bus, node } = this.#options;
    // What can't leave is lost: whoever watches sees the gap, and asks for all of it again.
    if (bus.status() === 'connected') bus.publish(subjects.inspection(node), batch);
  }

  #end(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#isWatched = false;
    this.#toldOfItselfMs = Number.NEGATIVE_INFINITY;
    this.#watchedUntilMs = Number.NEGATIVE_INFINITY;
    this.#guarded(() => {
      for (const source of this.#buffer.sources()) source.watched?.(false);
      this.#buffer.clear();
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the inspection of this process failed');
    }
  }
}
