import type { Batch, FromPage, RecordingHeader } from '../../../../machines/protocol/inspection.ts';
import type { Entry } from '../../model/entries.ts';
import { History } from '../../model/history.ts';
import { recordingFramesMax } from '../../model/recording.ts';
import type { InspectedWorld } from '../../model/world.ts';
import { monotonicMs } from '../clock.ts';
import { Painter } from './painter.ts';

/** What the page is busy with. */
export type Phase =
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** `sinceMs` and `retryAtMs` are wall times. */
  | {
      readonly name: 'disconnected';
      readonly sinceMs: number;
      readonly retryAtMs: number;
      readonly why: string;
    }
  | { readonly name: 'loading'; readonly title: string; readonly share: number }
  /** `cutOffLine`: its last line, where that was left aside because it has no end. */
  | { readonly name: 'recording'; readonly cutOffLine: number | null }
  | { readonly name: 'failed'; readonly title: string; readonly why: string }
  /** There is nothing to connect to. */
  | { readonly name: 'idle' };

/** How fast a recording plays, in times its own speed. */
export const rates = [0.1, 0.25, 0.5, 1, 2, 5, 10, 50] as const;

/** Marks of what stands out: at most so many, the newest. */
export const marksMax = 500;

const isMark = ({ kind }: Entry) => kind === 'fault' || kind === 'violation' || kind === 'hand';

/**
 * All that the page knows. It changes under the views: they are told that it has, once a frame at most, and read
 * what they show by its `version`.
 */
export class Store {
  history = new History();
  phase: Phase = { name: 'idle' };
  sends = false;
  /** Does the gateway hear NATS? */
  hearsNats = true;
  recording: RecordingHeader | null = null;
  marks: Entry[] = [];
  /** The place that is looked at; null where it is the newest. */
  place: number | null = null;
  isPlaying = false;
  rate = 1;
  version = 0;
  /** Sends to the gateway; null where there is none. */
  send: ((message: FromPage) => void) | null = null;
  readonly answers = new Map<number, string | null>();

  readonly #listeners = new Set<() => void>();
  readonly #painter = new Painter(() => this.#paint());
  #marked = 0;
  #playheadMs = 0;
  #playedMs = 0;
  /** Monotonic time of the newest batch. */
  #heardMs = monotonicMs();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly getVersion = (): number => this.version;

  /** Asks the views to look again, with the next frame. */
  changed(): void {
    this.#painter.ask();
  }

  setPhase(phase: Phase): void {
    this.phase = phase;
    this.changed();
  }

  begin(recording: RecordingHeader | null, sends: boolean): void {
    const isOther = recording !== null || this.recording !== null;
    if (isOther) this.#reset(recording);
    else this.history.restart();
    this.sends = sends;
    // The clock goes on from what is shown, and not by the time without a connection.
    this.#heardMs = monotonicMs();
    this.changed();
  }

  /**
   * All that there is to tell at first has been told. A recording is opened where it was violated, for that is what
   * one came to see; else at its end.
   */
  caughtUp(): void {
    this.history.caughtUp();
    if (this.recording !== null) this.goTo(this.firstViolation?.batch ?? this.history.last);
    this.changed();
  }

  take(batch: Batch): void {
    this.history.push(batch);
    this.#heardMs = monotonicMs();
    for (const entry of this.history.entries(this.#marked)) {
      if (isMark(entry)) this.marks.push(entry);
      this.#marked = entry.number + 1;
    }
    if (this.marks.length > marksMax) this.marks = this.marks.slice(-marksMax);
    this.changed();
  }

  /** The world that is looked at. */
  get world(): InspectedWorld {
    return this.place === null ? this.history.newest : this.history.worldAt(this.place);
  }

  get isLive(): boolean {
    return this.recording === null && this.place === null;
  }

  /** The time that is looked at: of what is live, it goes on while nothing comes. */
  get nowMs(): number {
    if (this.place !== null)
      return this.isPlaying ? this.#playheadMs : this.history.timeAt(this.place);
    const { atMs } = this.history.newest;
    if (this.recording !== null || this.phase.name !== 'live') return atMs;
    return atMs + (monotonicMs() - this.#heardMs);
  }

  /** Is there a moment to go to? Where a recording opens is settled once it has been read. */
  get hasMoments(): boolean {
    return this.history.last >= 0 && this.phase.name !== 'loading';
  }

  /** The zero of virtual time, from which a simulator's moments are counted; null where times are a wall clock's. */
  get zeroMs(): number | null {
    return this.recording?.source === 'simulator' ? this.recording.startedAtMs : null;
  }

  /** Looks at another moment; beyond the newest of what is live, it follows that. */
  goTo(place: number): void {
    const { first, last } = this.history;
    this.isPlaying = false;
    this.place =
      place > last && this.recording === null ? null : Math.min(Math.max(place, first), last);
    this.changed();
  }

  /** To the batch of the next entry in this direction that is no message. */
  step(direction: 1 | -1): void {
    const now = this.place ?? this.history.last;
    let target: number | null = null;
    for (const { batch, kind } of this.history.entries()) {
      if (kind === 'message') continue;
      if (direction === -1 && batch < now) target = batch;
      if (direction === 1 && batch > now) {
        target = batch;
        break;
      }
      if (direction === -1 && batch >= now) break;
    }
    if (target !== null) this.goTo(target);
    else if (direction === 1 && this.recording === null) this.follow();
  }

  /** To what comes now; a recording's end. */
  follow(): void {
    this.isPlaying = false;
    this.place = this.recording === null ? null : this.history.last;
    this.changed();
  }

  togglePlay(): void {
    if (this.isLive) return this.goTo(this.history.last);
    if (this.isPlaying) return this.goTo(this.place ?? this.history.last);
    const isAtEnd = this.place === null || this.place >= this.history.last;
    if (isAtEnd && this.recording === null) return this.follow();
    const from = isAtEnd ? this.history.first : (this.place ?? 0);
    this.place = from;
    this.#playheadMs = this.history.timeAt(from);
    this.#playedMs = monotonicMs();
    this.isPlaying = true;
    this.changed();
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.changed();
  }

  /** The newest violation that the world which is looked at has come to. */
  get violation(): Entry | null {
    return this.#violationsSoFar().at(-1) ?? null;
  }

  /** How many there were until then. */
  get violations(): number {
    return this.#violationsSoFar().length;
  }

  #violationsSoFar(): readonly Entry[] {
    const upTo = this.place ?? this.history.last;
    return this.marks.filter(({ kind, batch }) => kind === 'violation' && batch <= upTo);
  }

  /** The first violation of all. */
  get firstViolation(): Entry | null {
    return this.marks.find(({ kind }) => kind === 'violation') ?? null;
  }

  #reset(recording: RecordingHeader | null): void {
    this.history = new History(recording === null ? {} : { framesMax: recordingFramesMax });
    this.recording = recording;
    this.marks = [];
    this.#marked = 0;
    this.isPlaying = false;
    this.place = null;
  }

  #paint(): void {
    if (this.isPlaying) this.#play();
    this.version++;
    for (const listener of [...this.#listeners]) listener();
    if (this.isPlaying) this.changed();
  }

  #play(): void {
    const now = monotonicMs();
    this.#playheadMs += (now - this.#playedMs) * this.rate;
    this.#playedMs = now;
    const before = this.place ?? 0;
    const place = this.history.placeAt(this.#playheadMs);
    const stop = this.marks.find(
      ({ kind, batch }) => kind === 'violation' && batch > before && batch <= place,
    );
    this.place = stop?.batch ?? place;
    // Playing stops where something was violated, for that is what one came to see.
    if (stop !== undefined || this.place >= this.history.last) this.isPlaying = false;
  }
}
