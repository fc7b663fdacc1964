import type { Store, Watch } from '../ports/store.ts';

/** A record as this process knows it. */
interface Known {
  readonly revision: number;
  readonly value: string;
  /** By the watch; what it has not told is this process's own write, or yet to be written. */
  readonly told: boolean;
}

/** The revision of a record that is yet to be written. */
const reserved = 0;

export interface TakenVipsOptions {
  readonly store: Pick<Store, 'watch'>;
  /**
   * The store has lost a record that was known here. It counts as taken until it is said to be free. `onto` is the
   * revision of the older record, of an earlier load balancer, that is there again instead; null where there is none.
   */
  readonly lost: (key: string, value: string, onto: number | null) => void;
}

/** Which addresses are taken, as a watch tells it, and this process's own writes. */
export class TakenVips {
  readonly #known = new Map<string, Known>();
  readonly #watch: Watch;
  readonly #waiting: (() => void)[] = [];
  #ready = false;
  /** While everything is told again, after a loss: the keys that are still to come, or lost. */
  #untold: Set<string> | null = null;
  /** Of those that are lost: the revision of an older record that is there instead. */
  readonly #older = new Map<string, number>();

  constructor({ store, lost }: TakenVipsOptions) {
    this.#watch = store.watch(
      (change) => {
        const { key, revision } = change;
        const known = this.#known.get(key);
        const isOlder = revision < (known?.revision ?? 0);
        const isOther = change.type === 'removed' || change.value !== known?.value;
        // Whoever writes it again looks at what is there.
        if (isOther && known?.revision === reserved) {
          if (change.type === 'put' && this.#untold !== null) this.#older.set(key, revision);
          return;
        }
        // It was taken since then, and that is what is lost.
        if (isOther && isOlder && this.#untold?.has(key) === true) {
          if (change.type === 'put') this.#older.set(key, revision);
          return;
        }
        const isToldAgain = this.#untold?.delete(key) === true;
        // What is older than this process's own last write tells nothing new.
        if (!isToldAgain && isOlder) return;
        if (change.type === 'put')
          this.#known.set(key, { revision, value: change.value, told: true });
        else this.#known.delete(key);
      },
      () => {
        const gone = [...(this.#untold ?? (this.#ready ? this.#written() : []))];
        this.#untold = null;
        this.#ready = true;
        for (const run of this.#waiting.splice(0)) run();
        for (const key of gone) {
          lost(key, this.#known.get(key)?.value ?? '', this.#older.get(key) ?? null);
        }
        this.#older.clear();
      },
      () => {
        this.#untold = new Set(this.#known.keys());
        this.#older.clear();
      },
    );
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** At once, or as soon as everything that is taken is known. */
  whenReady(run: () => void): void {
    if (this.#ready) run();
    else this.#waiting.push(run);
  }

  keys(): readonly string[] {
    return [...this.#known.keys()];
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }

  /** What is on record, or has to be; null for an address that is free. */
  value(key: string): string | null {
    return this.#known.get(key)?.value ?? null;
  }

  wrote(key: string, revision: number, value: string): void {
    const known = this.#known.get(key);
    // The watch may tell of a write before its answer is here, and does not tell it again.
    if (known?.told === true && known.revision >= revision) return;
    this.#known.set(key, { revision, value, told: false });
  }

  /** Nobody is given it, although it is not on record yet. */
  reserve(key: string, value: string): void {
    this.#known.set(key, { revision: reserved, value, told: false });
  }

  /** It will not be on record, with this value. */
  unreserve(key: string, value: string): void {
    const known = this.#known.get(key);
    if (known?.revision === reserved && known.value === value) this.#known.delete(key);
  }

  freed(key: string): void {
    this.#known.delete(key);
  }

  /** What was acknowledged and never told, by the time that everything was told: it is lost. */
  #written(): string[] {
    const known = [...this.#known].filter(([, { told, revision }]) => !told && revision > reserved);
    return known.map(([key]) => key);
  }

  close(): void {
    this.#watch.stop();
  }
}
