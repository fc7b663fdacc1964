import { presets, type Timings } from '../../../machines/timings/timings.ts';
import { VirtualStore } from '../../../simulator/world/store/virtual-store.ts';
import { ActorHost } from '../../../src/host/actor-host.ts';
import type { ActorKind, Step } from '../../../src/host/actor-kind.ts';
import { alarm } from '../../../src/host/alarm.ts';
import { countUnexpected, ownerOf, worker } from '../../../src/host/children.ts';
import { Envelope, type PersistedSnapshot, type RawRecord } from '../../../src/host/record.ts';
import { type Store, StoreUnavailable, type WriteResult } from '../../../src/ports/store.ts';
import { RandomStream } from '../../../simulator/world/random-streams.ts';
import { recordingLog } from '../../adapters/recording-log.ts';
import { TinyContext, type TinyEvent, tinyMachine } from './tiny.ts';
import { Virtual } from './virtual.ts';

/** How long one hop to the store takes, in virtual milliseconds. */
export const hopMs = 5;

/** One write as it left the host. */
export interface SentWrite {
  readonly operation: 'create' | 'update' | 'remove';
  readonly value: string | null;
  readonly revision: number;
  readonly writeId: string;
}

/** What of a record is left in the store, as a watch tells it. */
export function leftOf(bench: Bench): RawRecord | null {
  const entry = bench.store.snapshot().find(({ key }) => key === 'a');
  return entry === undefined ? null : { text: entry.value, revision: entry.revision };
}

/** What left the process, and what the record said at that very moment. */
export interface Effect {
  readonly what: string;
  readonly count: number;
  readonly committedCount: number | null;
}

export interface BenchOptions {
  readonly version?: number;
  readonly writes?: number;
  readonly migrations?: ActorKind<TinyContext>['migrations'];
  readonly waysBack?: ActorKind<TinyContext>['waysBack'];
  readonly timings?: Partial<Timings>;
  readonly virtual?: Virtual;
  readonly store?: VirtualStore;
  readonly early?: ActorKind<TinyContext>['early'];
  readonly patienceMs?: ActorKind<TinyContext>['patienceMs'];
}

/** A host with tiny actors on a store of virtual time, and notes of all that happens. */
export class Bench {
  readonly virtual: Virtual;
  readonly store: VirtualStore;
  readonly host: ActorHost<TinyContext, TinyEvent>;
  readonly log = recordingLog();
  readonly counters = { unexpected: 0 };
  readonly sent: SentWrite[] = [];
  readonly gets: string[] = [];
  readonly effects: Effect[] = [];
  readonly steps: Step<TinyContext>[] = [];
  readonly ended: string[] = [];
  readonly commits: number[] = [];
  readonly timings: Timings;
  #refusedGets = 0;

  constructor(options: BenchOptions = {}) {
    this.virtual = options.virtual ?? new Virtual();
    const { clock } = this.virtual;
    this.timings = { ...presets.lan, ...options.timings };
    this.store = options.store ?? new VirtualStore(clock, { bucket: 'tiny', delayMs: () => hopMs });
    const kind: ActorKind<TinyContext> = {
      machine: 'tiny',
      version: options.version ?? 1,
      writes: options.writes ?? options.version ?? 1,
      context: TinyContext,
      migrations: options.migrations ?? {},
      waysBack: options.waysBack ?? {},
      logic: this.#logic(),
      store: this.#noting(this.store),
      effects: new Set(['say', 'bell']),
      early: options.early ?? (() => false),
      ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
      stepped: (step) => this.steps.push(step),
      committed: (_, context) => this.commits.push(context.count),
      running: () => undefined,
      ended: (id) => this.ended.push(id),
    };
    const random = new RandomStream(this.virtual.time.nowMs + 1, 'host');
    this.host = new ActorHost(kind, { clock, random, log: this.log, timings: this.timings });
  }

  /** Gives birth to an actor and waits for its first record. */
  async born(id: string = 'a'): Promise<void> {
    this.host.birth(id);
    await this.virtual.until(`${id} has a record`, () => this.record(id) !== null);
    await this.virtual.run(hopMs);
  }

  /** Asks, and lets time run until there is an answer: null, or the failure's kind. */
  async ask(event: TinyEvent, id: string = 'a'): Promise<string | null> {
    return this.virtual.settled(this.asking(event, id));
  }

  /** Asks without waiting; resolves to null, or to the failure's kind. */
  asking(event: TinyEvent, id: string = 'a'): Promise<string | null> {
    return this.host.ask(id, event).then(
      () => null,
      (error: { kind: string }) => error.kind,
    );
  }

  /** The next reads find the store unavailable. */
  refuseGets(count: number): void {
    this.#refusedGets = count;
  }

  record(id: string = 'a'): PersistedSnapshot | null {
    const text = this.text(id);
    return text === null ? null : Envelope.parse(JSON.parse(text)).snapshot;
  }

  text(id: string = 'a'): string | null {
    return this.store.snapshot().find(({ key }) => key === id)?.value ?? null;
  }

  committedCount(id: string = 'a'): number | null {
    const count = this.record(id)?.context['count'];
    return typeof count === 'number' ? count : null;
  }

  said(): readonly string[] {
    return this.effects.map(({ what }) => what);
  }

  /** Someone else writes this actor's record. */
  async foreignWrite(change: Partial<TinyContext>, id: string = 'a'): Promise<void> {
    const entry = this.store.snapshot().find(({ key }) => key === id);
    if (entry === undefined) throw new Error(`${id} has no record yet`);
    const envelope = Envelope.parse(JSON.parse(entry.value));
    const context = { ...envelope.snapshot.context, ...change };
    const snapshot = { ...envelope.snapshot, context };
    const text = JSON.stringify({ ...envelope, write: 'foreign', snapshot });
    await this.virtual.settled(this.store.update(id, text, entry.revision, 'foreign'));
  }

  #logic() {
    const { clock } = this.virtual;
    const note = (id: string, what: string, count: number) =>
      this.effects.push({ what, count, committedCount: this.committedCount(id) });
    return tinyMachine.provide({
      actors: {
        bell: worker<TinyEvent>((id, report) => {
          note(id, 'bell', this.host.context(id)?.count ?? -1);
          report({ type: 'rung' });
          return Promise.resolve();
        }),
        alarm: alarm<TinyEvent>({
          clock,
          life: (id) => this.host.actor(id),
          dueAt: (id) => this.host.context(id)?.dueAt ?? null,
          belief: () => ({ aheadMaxMs: Infinity, passedMaxMs: Infinity, graceMs: 0 }),
          event: () => ({ type: 'due' }),
        }),
        bomb: worker<TinyEvent>(() => Promise.reject(new Error('exploded in a child'))),
      },
      actions: {
        say: ({ system }, { word, count }) => note(ownerOf(system), word, count),
        unexpected: countUnexpected(this.log, 'tiny', this.counters),
      },
    });
  }

  #noting(store: Store): Store {
    const note = (write: SentWrite, result: Promise<WriteResult>) => {
      this.sent.push(write);
      return result;
    };
    return {
      wasRemoved: (key) => store.wasRemoved(key),
      get: (key, after) => {
        this.gets.push(key);
        if (this.#refusedGets === 0) return store.get(key, after);
        this.#refusedGets -= 1;
        return Promise.reject(new StoreUnavailable(`get of ${key}: no leader`));
      },
      newest: () => store.newest(),
      create: (key, value, writeId) =>
        note(
          { operation: 'create', value, revision: 0, writeId },
          store.create(key, value, writeId),
        ),
      update: (key, value, revision, writeId) =>
        note(
          { operation: 'update', value, revision, writeId },
          store.update(key, value, revision, writeId),
        ),
      remove: (key, revision, writeId) =>
        note(
          { operation: 'remove', value: null, revision, writeId },
          store.remove(key, revision, writeId),
        ),
      watch: (...told) => store.watch(...told),
    };
  }
}
