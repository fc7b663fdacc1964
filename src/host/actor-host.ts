import type { EventObject } from 'xstate';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { type ActorCondition, ActorFailure, type ActorKind } from './actor-kind.ts';
import type { HostTap } from './actor-tap.ts';
import { DurableActor } from './durable-actor.ts';
import type { HostServices } from './host-services.ts';
import { Limiter } from './limiter.ts';
import type { RawRecord } from './record.ts';
import { Retries } from './retries.ts';
import { stopSignal } from './stop-signal.ts';
import { xstateClock } from './xstate-clock.ts';

/**
 * How many commits of one host may be in flight at once; the rest wait in order. So many that a store which takes half a
 * millisecond for each has work until a busy host hears of them.
 */
export const commitsInFlightMax = 256;

export interface HostOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timings: Timings;
  readonly tap?: HostTap | undefined;
}

/** Runs the durable actors of one kind: each its own XState root, by id. */
export class ActorHost<TContext extends object, TEvent extends EventObject> {
  readonly #kind: ActorKind<TContext>;
  readonly #actors = new Map<string, DurableActor<TContext>>();
  readonly #services: HostServices;
  readonly #tap: HostTap | undefined;
  readonly #abort = stopSignal();
  readonly #retries: Retries;

  constructor(kind: ActorKind<TContext>, options: HostOptions) {
    const { clock, log, timings, tap } = options;
    this.#tap = tap;
    this.#retries = new Retries({ clock, ...timings, signal: this.#abort.signal });
    const nonce = options.random.uuid();
    let writes = 0;
    tap?.attached(this);
    this.#kind = {
      ...(tap === undefined ? kind : tapped(kind, tap)),
      ended: (id) => {
        this.#actors.delete(id);
        tap?.gone(id);
        kind.ended(id);
      },
    };
    this.#services = {
      clock,
      xstateClock: xstateClock(clock),
      log,
      limiter: new Limiter(commitsInFlightMax),
      commitOptions: { log, retries: this.#retries },
      restartMs: timings.restartMs,
      restartMaxMs: timings.restartMaxMs,
      counters: { crashes: 0 },
      nextWriteId: () => `${nonce}-${(writes += 1)}`,
      changed: (id) => tap?.changed(id),
    };
  }

  get crashes(): number {
    return this.#services.counters.crashes;
  }

  has(id: string): boolean {
    return this.#actors.has(id);
  }

  ids(): IterableIterator<string> {
    return this.#actors.keys();
  }

  /** Starts an actor that has no record yet; does nothing where it runs already. */
  birth(id: string): void {
    if (this.#actors.has(id)) return;
    const actor = new DurableActor(id, this.#kind, this.#services);
    this.#actors.set(id, actor);
    actor.startFresh();
  }

  /** Starts an actor from its record; does nothing where it runs already. */
  restore(id: string, text: string, revision: number): void {
    if (this.#actors.has(id)) return;
    const actor = new DurableActor(id, this.#kind, this.#services);
    this.#actors.set(id, actor);
    actor.startFrom(text, revision);
  }

  /** Hands an actor an event and forgets it; false where no such actor runs here. */
  tell(id: string, event: TEvent): boolean {
    const actor = this.#actors.get(id);
    actor?.tell(event, null);
    return actor !== undefined;
  }

  /** Resolves once the event's consequences are durable; rejects with {@link ActorFailure}. */
  ask(id: string, event: TEvent): Promise<void> {
    const actor = this.#actors.get(id);
    if (actor === undefined) {
      return Promise.reject(new ActorFailure('ended', `there is no ${this.#kind.machine} ${id}`));
    }
    return new Promise((resolve, reject) => {
      actor.tell(event, (failure) => (failure === null ? resolve() : reject(failure)));
    });
  }

  context(id: string): TContext | null {
    return this.#actors.get(id)?.context ?? null;
  }

  committedContext(id: string): TContext | null {
    return this.#actors.get(id)?.committedContext ?? null;
  }

  actor(id: string): DurableActor<TContext> | null {
    return this.#actors.get(id) ?? null;
  }

  label(id: string): string | null {
    return this.#kind.label?.(id) ?? null;
  }

  conditions(): ReadonlyMap<string, ActorCondition> {
    return new Map([...this.#actors].map(([id, actor]) => [id, actor.condition]));
  }

  /** A watch has told of everything: `read` gives each record as the store has it. */
  resumed(read: (id: string) => RawRecord | null): void {
    for (const [id, actor] of [...this.#actors]) actor.resumed(read(id));
    this.#retries.answered();
  }

  /** Stops one actor, for another process to run it; its record stays. */
  stopActor(id: string): void {
    this.#actors.get(id)?.stop();
    if (this.#actors.delete(id)) this.#tap?.gone(id);
  }

  /** Stops every actor; records stay. */
  stop(): void {
    this.#abort.abort(new ActorFailure('ended', 'the host was stopped'));
    for (const actor of this.#actors.values()) actor.stop();
    this.#actors.clear();
  }
}

/** Told before anything of a step is acted upon, as the kind itself is. */
function tapped<TContext>(kind: ActorKind<TContext>, tap: HostTap): ActorKind<TContext> {
  return {
    ...kind,
    stepped: (step) => {
      tap.stepped(step.id, step.from, step.to, step.event);
      kind.stepped(step);
    },
    running: (id) => {
      tap.changed(id);
      kind.running(id);
    },
  };
}
