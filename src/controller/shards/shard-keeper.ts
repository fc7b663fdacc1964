import { z } from 'zod';
import { hash32 } from '../../../machines/placement/hash.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { writeUntilKnown } from '../../host/commit.ts';
import { Retries } from '../../host/retries.ts';
import { stopSignal } from '../../host/stop-signal.ts';
import type { Store } from '../../ports/store.ts';
import { Mirror } from '../records/mirror.ts';
import { Authority } from './authority.ts';
import type { OwnerChanges } from './owner-changes.ts';

/** Who owns a shard; the term grows with each change of hands. `owner` null: it was let go. */
export const ShardRecord = z.strictObject({
  schema: z.literal(1),
  owner: z.string().nullable(),
  term: z.int().min(1),
  write: z.string(),
  /** It was let go while somebody who had it before might still have believed that he has it. */
  uncertain: z.literal(true).optional(),
});
export type ShardRecord = z.infer<typeof ShardRecord>;

/**
 * Nothing is waited for longer between two attempts to write a record: as soon as there is a leader again, a judge whose
 * authority runs out has little time left.
 */
const retryMostMs = 250;

/** What is to stand in a shard's record. */
type Wanted = Pick<ShardRecord, 'owner' | 'term' | 'uncertain'>;

/** What makes a shard this controller's own. */
interface Claim {
  readonly term: number;
  /** 0: the store has lost it. */
  readonly revision: number;
}

export interface ShardKeeperOptions {
  readonly controller: string;
  readonly shards: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly nonce: string;
  /** The controllers that live, this one included. */
  readonly living: () => readonly string[];
  /** A controller has written a shard's record just now. */
  readonly wrote: (controller: string) => void;
  /** Told of each shard that has another owner, this controller included. */
  readonly owners: Pick<OwnerChanges, 'changed'>;
  /** This controller owns the shard from now on. */
  readonly adopt: (shard: number) => void;
  /** The newest term that the records of the shard's agents name. */
  readonly named: (shard: number) => number;
  /** It owns the shard under a later term than before. */
  readonly raised: (shard: number) => void;
  /** It owns it no longer: nothing of it may go on here. */
  readonly abandon: (shard: number) => void;
}

/**
 * Keeps the shards that fall to this controller: live controllers share them by rendezvous hashing,
 * and each change of hands is a compare-and-swap on the shard's record. A stale owner can do no
 * harm to records, because all their writes are compare-and-swaps too.
 */
export class ShardKeeper {
  /** Over the leases in the shards that are owned here. */
  readonly authority: Authority;
  readonly #options: ShardKeeperOptions;
  readonly #mirror: Mirror<ShardRecord>;
  readonly #claims = new Map<number, Claim>();
  /** Under which term each shard was owned last, by its record. */
  readonly #terms = new Map<string, number>();
  readonly #abort = stopSignal();
  readonly #retries: Retries;
  /** Resolves when the pass under way is over; null between passes. */
  #passing: Promise<void> | null = null;
  /** Until it has looked who lives, everybody else would seem dead, and lose all shards. */
  #settled = false;
  #again = false;
  #retry: Timer | null = null;
  #writes = 0;

  constructor(options: ShardKeeperOptions) {
    this.#options = options;
    const { store, clock, log, timings } = options;
    const retryMaxMs = Math.min(timings.retryMaxMs, retryMostMs);
    const { signal } = this.#abort;
    this.#retries = new Retries({ clock, retryMs: timings.retryMs, retryMaxMs, signal });
    this.authority = new Authority({ clock, timings, renew: (...shard) => this.#renew(...shard) });
    this.#mirror = new Mirror({
      store,
      name: 'shards',
      clock,
      log,
      parse: (_, text) => ShardRecord.parse(JSON.parse(text)),
      onChange: ({ key }) => {
        const owner = this.#mirror.get(key)?.owner ?? null;
        if (this.#settled && owner !== null) options.wrote(owner);
        this.#noteOwner(key);
        this.reconcile();
      },
      onLost: (key) => {
        const claim = this.#claims.get(shardOf(key));
        if (claim !== undefined) this.#claims.set(shardOf(key), { ...claim, revision: 0 });
        this.#retries.answered();
        this.reconcile();
      },
      onResumed: () => {
        for (const [shard, claim] of this.#claims) {
          const newest = this.#mirror.raw(shardKey(shard))?.revision ?? 0;
          if (newest < claim.revision) this.#claims.set(shard, { ...claim, revision: 0 });
        }
        this.#retries.answered();
        this.reconcile();
      },
    });
  }

  /** Resolves when it knows who owns what. */
  start(): Promise<void> {
    return this.#mirror.start();
  }

  /** Everybody who owns a shard by its record, dead or alive. */
  owners(): readonly string[] {
    const owners = new Set<string>();
    for (const key of this.#mirror.keys()) {
      const owner = this.#mirror.get(key)?.owner ?? null;
      if (owner !== null) owners.add(owner);
    }
    return [...owners];
  }

  /** The term under which a shard is owned here; null where it is not. */
  term(shard: number): number | null {
    return this.#claims.get(shard)?.term ?? null;
  }

  owned(): readonly number[] {
    return [...this.#claims.keys()];
  }

  /** Brings what is owned in line with who lives; called at each change, and cheap when in line. */
  reconcile(): void {
    if (!this.#settled || this.#abort.signal.aborted) return;
    if (this.#passing !== null) {
      this.#again = true;
      return;
    }
    const { log, clock, timings } = this.#options;
    this.#begin().catch((error: unknown) => {
      if (this.#abort.signal.aborted) return;
      log.warn({ err: error }, 'shards could not be brought in line; trying again');
      this.#retry = clock.setTimer(timings.retryMaxMs, () => this.reconcile());
    });
  }

  /** Resolves when every shard that falls to this controller and is free is owned. */
  async settle(): Promise<void> {
    await this.#begin();
    this.#settled = true;
    this.reconcile();
  }

  /**
   * One pass at a time: a second one would see the record of a claim whose acknowledgement the first
   * still waits for, take it for one from before a restart, and claim and adopt the shard again.
   */
  #begin(): Promise<void> {
    const pass = this.#pass();
    const over = (): void => {
      this.#passing = null;
      if (!this.#again) return;
      this.#again = false;
      this.reconcile();
    };
    this.#passing = pass.then(over, over);
    return pass;
  }

  /** Lets go of everything, for a clean stop; the others take it at once. */
  async leave(): Promise<void> {
    this.stop();
    await Promise.all(
      this.owned().map(async (shard) => {
        const claim = this.#claims.get(shard);
        if (claim === undefined) return;
        const next = this.#next(this.#letGo(shard, claim.term));
        this.#drop(shard);
        // One try: a controller that is gone is as good as one that has let go.
        await this.#options.store
          .update(shardKey(shard), next.text, claim.revision, next.write)
          .catch((error: unknown) => {
            this.#options.log.debug({ shard, error: String(error) }, 'a shard was not let go');
          });
      }),
    );
  }

  stop(): void {
    this.#abort.abort(new Error('the controller is stopping'));
    if (this.#retry !== null) this.#options.clock.clearTimer(this.#retry);
    this.#mirror.stop();
  }

  async #pass(): Promise<void> {
    const living = this.#options.living();
    const { shards } = this.#options;
    const steps = Array.from({ length: shards }, (_, shard) => this.#step(shard, living));
    await Promise.all(steps);
  }

  async #step(shard: number, living: readonly string[]): Promise<void> {
    const { controller } = this.#options;
    const record = this.#mirror.get(shardKey(shard));
    const revision = this.#mirror.raw(shardKey(shard))?.revision ?? 0;
    const falls = preferred(shard, living) === controller;
    const mine = this.#claims.get(shard);
    if (mine !== undefined) {
      // The mirror may be behind this controller's own claim.
      if (revision < mine.revision) return;
      if (mine.revision === 0 && falls) {
        await this.#claimAgain(shard, mine, record, revision);
        return;
      }
      if (record?.owner === controller && record.term === mine.term) {
        // A write of its own that was taken for lost: the next one has to be for this revision.
        if (revision > mine.revision) this.#claims.set(shard, { ...mine, revision });
        if (falls) return;
        const wanted = this.#letGo(shard, record.term);
        this.#drop(shard);
        await this.#write(shard, wanted, revision);
        return;
      }
      // Somebody has taken it over, and may have let go of it by now: then nothing more will be told.
      this.#drop(shard);
    }
    const owner = record?.owner ?? null;
    if (!falls) {
      // A claim from before a restart: the others wait for its owner, which lives, to let go.
      if (record !== null && owner === controller) {
        const wanted = { owner: null, term: record.term + 1, uncertain: true } as const;
        await this.#write(shard, wanted, revision);
      }
      return;
    }
    const free = owner === null || owner === controller || !living.includes(owner);
    if (!free) return;
    const term = Math.max(record?.term ?? 0, this.#options.named(shard)) + 1;
    const wanted = { owner: controller, term };
    const sentAt = this.#options.clock.monotonicMs();
    const claim = await this.#write(shard, wanted, revision);
    if (claim === null || this.#abort.signal.aborted) return;
    this.#claims.set(shard, claim);
    // Not where it was this controller's own, in a life before: nobody knows whether that one has ended.
    const clean = record?.owner === null && record.uncertain !== true;
    this.authority.claimed(shard, sentAt, clean);
    this.#options.adopt(shard);
    this.#options.owners.changed(shard);
  }

  /** Somebody else has claimed the shard: he answers for it from now on. */
  #noteOwner(key: string): void {
    const record = this.#mirror.get(key);
    if (record === null || record.owner === null) return;
    const { owner, term } = record;
    const isKnown = this.#terms.get(key) === term;
    this.#terms.set(key, term);
    if (!isKnown && owner !== this.#options.controller) this.#options.owners.changed(shardOf(key));
  }

  /** What the store has lost is claimed once more, above the lost term; its actors go on meanwhile. */
  async #claimAgain(
    shard: number,
    mine: Claim,
    record: ShardRecord | null,
    revision: number,
  ): Promise<void> {
    const { controller } = this.#options;
    const term = Math.max(record?.term ?? 0, mine.term, this.#options.named(shard)) + 1;
    const sentAt = this.#options.clock.monotonicMs();
    const claim = await this.#write(shard, { owner: controller, term }, revision);
    if (claim === null || this.#abort.signal.aborted || !this.#claims.has(shard)) return;
    this.#claims.set(shard, claim);
    // What was lost may have been somebody else's claim as well.
    this.authority.claimed(shard, sentAt, false);
    // He may have written the records of its agents meanwhile, which were left to him then.
    this.#options.raised(shard);
  }

  /** Writes the record of an own shard anew: where that succeeds, nobody else has written it. */
  async #renew(shard: number, above: number): Promise<boolean> {
    const { controller, log, raised } = this.#options;
    const mine = this.#claims.get(shard);
    if (mine === undefined || mine.revision === 0) return false;
    const term = Math.max(mine.term, above + 1);
    try {
      const claim = await this.#write(shard, { owner: controller, term }, mine.revision);
      const now = this.#claims.get(shard);
      if (claim === null || now?.term !== mine.term || now.revision === 0) return false;
      this.#claims.set(shard, claim);
      if (term > mine.term) raised(shard);
      return true;
    } catch (error) {
      if (!this.#abort.signal.aborted) log.warn({ shard, err: error }, 'authority was not renewed');
      return false;
    }
  }

  /** The next one may have to wait for whoever had it before this controller. */
  #letGo(shard: number, term: number): Wanted {
    const isUncertain = this.authority.othersUntil(shard) > this.#options.clock.monotonicMs();
    return { owner: null, term: term + 1, ...(isUncertain ? { uncertain: true } : {}) };
  }

  #drop(shard: number): void {
    this.authority.dropped(shard);
    if (this.#claims.delete(shard)) this.#options.abandon(shard);
  }

  /** The new term, and its revision; null where somebody else was faster, whom the mirror will tell of. */
  async #write(shard: number, wanted: Wanted, revision: number): Promise<Claim | null> {
    const { store, log } = this.#options;
    const key = shardKey(shard);
    const { text, write } = this.#next(wanted);
    const base = this.#mirror.raw(key);
    // What has changed meanwhile may have another revision of that number.
    const isOutdated = () => this.#mirror.raw(key) !== base;
    const result = await writeUntilKnown(
      store,
      key,
      () =>
        isOutdated()
          ? Promise.resolve({ committed: false })
          : store.update(key, text, revision, write),
      (value) => value === text,
      { log, retries: this.#retries },
    );
    if (result.committed) return { term: wanted.term, revision: result.revision };
    // Nobody has acknowledged it, and who was asked for the record may have answered from the past: the watch knows better.
    const told = this.#mirror.raw(key);
    return told?.text === text ? { term: wanted.term, revision: told.revision } : null;
  }

  #next(wanted: Wanted): { readonly text: string; readonly write: string } {
    this.#writes += 1;
    const write = `${this.#options.nonce}-shard-${this.#writes}`;
    return { text: JSON.stringify({ schema: 1, ...wanted, write }), write };
  }
}

/** Under which key the record of a shard stands. */
export function shardKey(shard: number): string {
  return `shard-${shard}`;
}

function shardOf(key: string): number {
  return Number(key.slice('shard-'.length));
}

/** Rendezvous hashing: a controller that comes or goes moves only what falls to it. */
function preferred(shard: number, living: readonly string[]): string | null {
  let best: { controller: string; score: number } | null = null;
  for (const controller of living) {
    const score = hash32(`${controller}/shard-${shard}`);
    if (best === null || score > best.score) best = { controller, score };
  }
  return best?.controller ?? null;
}
