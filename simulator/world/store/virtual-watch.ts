import type { MemoryBucket } from '../../../src/adapters/memory-bucket.ts';
import { Link } from '../../../src/adapters/link.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { StoreChange, Watch } from '../../../src/ports/store.ts';
import type { StoreLine } from './store-line.ts';

export interface VirtualWatchOptions {
  readonly clock: Clock;
  readonly contents: MemoryBucket;
  readonly line: StoreLine;
  readonly delayMs: (key: string) => number;
  readonly onChange: (change: StoreChange) => void;
  readonly onReady: (revision: number) => void;
  readonly onRewound: () => void;
}

/** One process's watch of a bucket. What it is told comes in order, however late it comes. */
export class VirtualWatch implements Watch {
  readonly #options: VirtualWatchOptions;
  readonly #link: Link;
  #stopped = false;
  #open = false;
  /** The bucket has lost what was sent to it. */
  #rewound = false;
  /** The newest revision that was sent to it: behind this one it goes on after a gap. */
  #sent = 0;
  /** Grows whenever its connection breaks. */
  #breaks = 0;
  /** At so many breaks, everything had been told. */
  #currentAt = 0;

  constructor(options: VirtualWatchOptions) {
    this.#options = options;
    this.#link = new Link(options.clock);
    options.line.watches.add(this);
  }

  /** What is present, and then that this was all; waits where nothing gets through. */
  open(): void {
    if (this.#stopped || this.#open || !this.#options.line.sees) return;
    this.#open = true;
    for (const entry of this.#options.contents.snapshot()) {
      this.#send({ type: 'put', ...entry, behind: true });
    }
    this.#tellReady();
  }

  #tellReady(): void {
    const { line, contents, delayMs, onReady } = this.#options;
    const { revision } = contents;
    const breaks = this.#breaks;
    this.#sent = revision;
    this.#link.send(delayMs('') + line.lagMs, () => {
      if (this.#stopped) return;
      this.#currentAt = breaks;
      onReady(revision);
    });
  }

  /** Has it told everything since its connection broke last? */
  get current(): boolean {
    return this.#currentAt === this.#breaks;
  }

  /** Its connection broke. */
  interrupt(): void {
    this.#breaks += 1;
  }

  tell(change: StoreChange): void {
    if (this.#open && this.#options.line.sees) this.#send(change);
  }

  /** The bucket has taken writes back, and this watch may have told of them. */
  rewind(): void {
    if (this.#open && this.#sent > this.#options.contents.revision) this.#rewound = true;
  }

  /** Goes on after a gap: of every key that changed in it, the newest is told. */
  resume(): void {
    if (!this.#open) this.open();
    else if (this.#rewound) this.#beginAnew();
    else {
      this.#catchUpFrom(this.#sent);
      if (!this.current) this.#tellReady();
    }
  }

  /** As after a reconnect that forgot how far it was: the newest of all keys since then, again. */
  repeat(revisions: number): void {
    if (this.#open && this.#options.line.sees) this.#catchUpFrom(this.#sent - revisions);
  }

  /** It is late no longer. */
  hurry(): void {
    this.#link.hurry();
  }

  stop(): void {
    this.#stopped = true;
    this.#options.line.watches.delete(this);
  }

  #beginAnew(): void {
    const { line, contents, delayMs, onRewound } = this.#options;
    this.#rewound = false;
    this.#link.send(delayMs('') + line.lagMs, () => {
      if (!this.#stopped) onRewound();
    });
    // What is gone is told as well, because that it is gone was perhaps not told before.
    for (const change of contents.changesAfter(0)) this.#send({ ...change, behind: true });
    this.#tellReady();
  }

  #catchUpFrom(revision: number): void {
    const changes = this.#options.contents.changesAfter(revision);
    const newest = changes.at(-1);
    for (const change of changes) {
      this.#send(change === newest ? change : { ...change, behind: true });
    }
  }

  #send(change: StoreChange): void {
    const { line, delayMs, onChange } = this.#options;
    this.#sent = Math.max(this.#sent, change.revision);
    this.#link.send(delayMs(change.key) + line.lagMs, () => {
      if (!this.#stopped) onChange(change);
    });
  }
}
