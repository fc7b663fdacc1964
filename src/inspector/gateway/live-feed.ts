import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { Batch, SendByHandReply, type Watch } from '../../../machines/protocol/inspection.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { call, parseMessage } from '../../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, type Subscription } from '../../ports/bus.ts';
import type { Feed, HandedEvent, Viewer } from './feed.ts';
import { History } from './history.ts';

/** A watch lasts so long without being renewed, so that a gateway which died costs nothing for long. */
export const watchMs = 10_000;
/** How often it is renewed. */
export const renewEveryMs = 3_000;
/** After a gap, all is asked for again, so often at most. */
export const freshEveryMs = 1_000;
/** How long an actor's process may take to answer for an event by hand. */
export const handTimeoutMs = 3_000;

export interface LiveFeedOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** Does the operator let the page send events? The process itself has to be asked as well. */
  readonly sends: boolean;
  readonly history?: History;
}

/** What running processes tell: it is asked for while somebody views it, and only then. */
export class LiveFeed implements Feed {
  readonly recording = null;
  readonly sends: boolean;
  readonly #options: LiveFeedOptions;
  readonly #history: History;
  readonly #viewers = new Set<Viewer>();
  readonly #newest = new Map<string, Pick<Batch, 'role' | 'life' | 'sequence'>>();
  /** Ids that two processes have, of which one is shown. */
  readonly #shared = new Set<string>();
  #subscriptions: Subscription[] = [];
  #timer: Timer | null = null;
  #askedFreshMs = Number.NEGATIVE_INFINITY;
  #owesFresh = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.sends = options.sends;
    this.#history = options.history ?? new History();
  }

  attach(viewer: Viewer): () => void {
    const isFirst = this.#viewers.size === 0;
    for (const text of this.#history.texts()) viewer.batch(null, text);
    viewer.caughtUp();
    viewer.status(this.#options.bus.status() === 'connected');
    this.#viewers.add(viewer);
    if (isFirst) this.#begin();
    return () => {
      if (this.#viewers.delete(viewer) && this.#viewers.size === 0) this.#end();
    };
  }

  async send({ node, kind, id, event }: HandedEvent, who: string): Promise<string | null> {
    if (!this.sends) return 'this gateway sends no events by hand: start it with --allow-sends';
    const { bus } = this.#options;
    try {
      const subject = subjects.sendByHand(node);
      const request = { kind, id, event, who };
      return (await call(bus, subject, request, SendByHandReply, handTimeoutMs)).refused;
    } catch (error) {
      if (error instanceof NoResponders) return `nobody answers for ${node}`;
      return `it is not known whether the actor has it: ${String(error)}`;
    }
  }

  #begin(): void {
    const { bus } = this.#options;
    this.#subscriptions = [
      bus.subscribe(subjects.allInspections, ({ data }) => this.#take(data)),
      bus.onStatus((status) => {
        for (const viewer of this.#viewers) viewer.status(status === 'connected');
        if (status === 'connected') this.#askFresh();
      }),
    ];
    this.#askFresh();
    this.#renewLater();
  }

  #end(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#newest.clear();
    this.#shared.clear();
    this.#history.clear();
  }

  #renewLater(): void {
    const delayMs = this.#owesFresh ? freshEveryMs : renewEveryMs;
    this.#timer = this.#options.clock.setTimer(delayMs, () => {
      this.#ask(this.#owesFresh);
      this.#renewLater();
    });
  }

  #take(data: string): void {
    const parsed = parseMessage(Batch, data);
    if ('problem' in parsed) {
      this.#options.log.warn({ problem: parsed.problem }, 'an inspection was left aside');
      return;
    }
    const batch = parsed.value;
    const { node, role, life, sequence } = batch;
    const before = this.#newest.get(node);
    if (before !== undefined && before.role !== role) return this.#isShared(node, before.role);
    const followsOn = before?.life === life && before.sequence + 1 === sequence;
    const beginsHere = batch.account === 'begins' || batch.account === 'whole';
    this.#newest.set(node, { role, life, sequence });
    // What is missing may have been anything, unless all is told from here on.
    if (!followsOn && !beginsHere) this.#askFresh();
    this.#history.add(batch, data);
    for (const viewer of [...this.#viewers]) viewer.batch(batch, data);
  }

  /** Taken for one process, the two would replace each other with each batch. */
  #isShared(node: string, shown: Batch['role']): void {
    if (this.#shared.has(node)) return;
    this.#shared.add(node);
    this.#options.log.warn(
      { node },
      `a controller and an agent are both called ${node}, so only the ${shown} is shown: give one another id`,
    );
  }

  #askFresh(): void {
    if (this.#options.clock.monotonicMs() - this.#askedFreshMs < freshEveryMs) {
      this.#owesFresh = true;
      return;
    }
    this.#ask(true);
  }

  #ask(fresh: boolean): void {
    const { bus, clock } = this.#options;
    const watch: Watch = { forMs: watchMs, fresh };
    try {
      bus.publish(subjects.inspectionWatch, JSON.stringify(watch));
    } catch (error) {
      // It asks again when the connection is back.
      if (!(error instanceof BusUnavailable)) throw error;
      return;
    }
    if (!fresh) return;
    this.#owesFresh = false;
    this.#askedFreshMs = clock.monotonicMs();
  }
}
