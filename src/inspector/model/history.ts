import type { Batch } from '../../../machines/protocol/inspection.ts';
import { type Entry, entriesOf, gap } from './entries.ts';
import { InspectedWorld } from './world.ts';

/**
 * So many frames a history keeps of what is live; those before are forgotten, a segment at a time. A frame with a
 * load balancer's context takes some two or three kilobytes of a browser's memory.
 */
export const framesKeptMax = 80_000;
/** A world is kept before each so many frames: going back to any moment applies no more than those. */
export const segmentFramesMax = 4_000;
/** Nor more than so many batches: one may hold a single frame. */
export const segmentBatchesMax = 1_000;
/** So many lives of processes are told apart; then all are forgotten. */
export const livesMax = 10_000;

export interface HistoryLimits {
  readonly framesMax: number;
  readonly segmentFrames: number;
  readonly segmentBatches: number;
}

const limitsOfLive: HistoryLimits = {
  framesMax: framesKeptMax,
  segmentFrames: segmentFramesMax,
  segmentBatches: segmentBatchesMax,
};

interface Segment {
  /** As the world was before the first of its batches. */
  readonly before: InspectedWorld;
  /** The place of its first batch. */
  readonly first: number;
  readonly batches: Batch[];
  /** The history's time at each batch: it never goes back, though processes' clocks differ. */
  readonly times: number[];
  readonly entries: Entry[];
  frames: number;
}

/** What has come, as far back as its limit reaches. Batches have places, counted from 0. */
export class History {
  readonly #limits: HistoryLimits;
  readonly #segments: Segment[] = [];
  /** The newest batch of each life of a process: what is told again is no news. */
  readonly #heard = new Map<string, number>();
  /** The same as of when all began to be told again; null while nothing is. */
  #known: ReadonlyMap<string, number> | null = null;
  #newest = new InspectedWorld();
  #frames = 0;
  #places = 0;
  #entries = 0;
  #atMs = 0;
  #cursor: { readonly place: number; readonly world: InspectedWorld } | null = null;

  constructor(limits: Partial<HistoryLimits> = {}) {
    this.#limits = { ...limitsOfLive, ...limits };
  }

  /** The place of the newest batch; -1 while there is none. */
  get last(): number {
    return this.#places - 1;
  }

  /** The place of the oldest batch that is kept. */
  get first(): number {
    return this.#segments[0]?.first ?? 0;
  }

  /** Has something been forgotten? */
  get isCut(): boolean {
    return this.first > 0;
  }

  get framesKept(): number {
    return this.#frames;
  }

  /** The world as of the newest batch. */
  get newest(): InspectedWorld {
    return this.#newest;
  }

  /** Of the newest entry; -1 while there is none. */
  get lastEntry(): number {
    return this.#entries - 1;
  }

  push(batch: Batch): void {
    if (this.#isKnown(batch)) return;
    const segment = this.#open();
    const place = this.#places++;
    // A first batch's time stands also where it is 0 or before.
    this.#atMs = place === 0 ? batch.atMs : Math.max(this.#atMs, batch.atMs);
    this.#newest.apply(batch);
    segment.batches.push(batch);
    segment.times.push(this.#atMs);
    segment.frames += batch.frames.length;
    this.#frames += batch.frames.length;
    const { missed, isNews } = this.#hear(batch);
    if (missed > 0) {
      const lost = gap(batch.atMs, `${missed} batches of ${batch.node} never came`);
      segment.entries.push({ ...lost, number: this.#entries++, batch: place, node: batch.node });
    }
    for (const entry of isNews ? entriesOf(batch) : []) {
      segment.entries.push({ ...entry, number: this.#entries++, batch: place, node: batch.node });
    }
    this.#forget();
  }

  /** All is told again from here on, as after a lost connection: what of it is known already changes nothing. */
  restart(): void {
    this.#known = new Map(this.#heard);
  }

  /** All that was to be told again has been. */
  caughtUp(): void {
    this.#known = null;
  }

  /** The world as of a batch; a copy, unless it is the newest. Places outside of the history mean its ends. */
  worldAt(place: number): InspectedWorld {
    if (place >= this.last) return this.#newest;
    const wanted = Math.max(place, this.first);
    const segment = this.#segmentOf(wanted);
    if (segment === undefined) return this.#newest;
    const from = this.#cursor;
    const goesOn = from !== null && from.place >= segment.first && from.place <= wanted;
    const world = (goesOn ? from.world : segment.before).clone();
    const next = goesOn ? from.place + 1 : segment.first;
    for (let at = next; at <= wanted; at++)
      world.apply(segment.batches[at - segment.first] as Batch);
    this.#cursor = { place: wanted, world };
    return world;
  }

  /** The history's time at a batch; at the newest one for places beyond. */
  timeAt(place: number): number {
    const wanted = Math.min(Math.max(place, this.first), this.last);
    const segment = this.#segmentOf(wanted);
    return segment?.times[wanted - segment.first] ?? this.#atMs;
  }

  /** The last batch that had come by this time; the first one that is kept for times before it. */
  placeAt(atMs: number): number {
    const segment = lastOf(this.#segments, ({ times }) => (times[0] ?? Infinity) <= atMs);
    if (segment === undefined) return this.first;
    let [low, high] = [0, segment.times.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((segment.times[middle] as number) <= atMs) low = middle;
      else high = middle - 1;
    }
    return segment.first + low;
  }

  /** The entries from a number on, up to and with those of the batch at this place. */
  *entries(from = 0, upTo: number = this.last): Generator<Entry> {
    for (const segment of this.#segments) {
      if ((segment.entries.at(-1)?.number ?? -1) < from) continue;
      const skipped = Math.max(0, from - (segment.entries[0]?.number ?? 0));
      for (let index = skipped; index < segment.entries.length; index++) {
        const entry = segment.entries[index] as Entry;
        if (entry.batch > upTo) return;
        yield entry;
      }
    }
  }

  /** The number of the oldest entry that is kept. */
  get firstEntry(): number {
    return this.#segments.find(({ entries }) => entries.length > 0)?.entries[0]?.number ?? 0;
  }

  #open(): Segment {
    const last = this.#segments.at(-1);
    const { segmentFrames, segmentBatches } = this.#limits;
    const isFull =
      last === undefined || last.frames >= segmentFrames || last.batches.length >= segmentBatches;
    return isFull ? this.#begin() : last;
  }

  #begin(): Segment {
    const last = this.#segments.at(-1);
    if (last?.batches.length === 0) this.#segments.pop();
    const before = this.#newest.clone();
    const segment = { before, first: this.#places, batches: [], times: [], entries: [], frames: 0 };
    this.#segments.push(segment);
    return segment;
  }

  #forget(): void {
    while (this.#frames > this.#limits.framesMax && this.#segments.length > 1) {
      this.#frames -= this.#segments.shift()?.frames ?? 0;
    }
  }

  #isKnown({ node, life, sequence }: Batch): boolean {
    return sequence <= (this.#known?.get(`${node}/${life}`) ?? 0);
  }

  #hear({ node, life, sequence }: Batch): { readonly missed: number; readonly isNews: boolean } {
    const key = `${node}/${life}`;
    const before = this.#heard.get(key) ?? sequence - 1;
    if (sequence <= before) return { missed: 0, isNews: false };
    // Lives that are over are told of no more, and nothing else bounds them.
    if (this.#heard.size >= livesMax) this.#heard.clear();
    this.#heard.set(key, sequence);
    return { missed: sequence - before - 1, isNews: true };
  }

  #segmentOf(place: number): Segment | undefined {
    return lastOf(this.#segments, ({ first, batches }) => first <= place && batches.length > 0);
  }
}

/** The last one that holds, where all before it do: they are in order. */
function lastOf<T>(list: readonly T[], holds: (one: T) => boolean): T | undefined {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}
