import type { Store, StoreChange, Watch } from '../ports/store.ts';

/** A record as this process knows it. */
interface Known {
  readonly revision: number;
  readonly value: string;
  /** By the watch; what it has not told is this process's own write. */
  readonly told: boolean;
}

export interface TakenVipsOptions {
  readonly store: Pick<Store, 'watch'>;
  /**
   * The store has lost a record that was known here. `older` is the revision of the record, of an earlier load
   * balancer, that is there again instead; null where there is none.
   */
  readonly lost: (key: string, value: string, older: number | null) => void;
}

/** Which addresses are taken, as a watch tells it, and this process's own writes. */
export class TakenVips {
  readonly #known = new Map<string, Known>();
  /** What has to be on record, and is not. */
  readonly #reserved = new Map<string, string>();
  readonly #lost: TakenVipsOptions['lost'];
  readonly #watch: Watch;
  readonly #waiting: (() => void)[] = [];
  #ready = false;
  /** While everything is told again, after a loss: the keys that are still to come, or lost. */
  #untold: Set<string> | null = null;
  /** Of those that are lost: an older record that is there instead. */
  readonly #older = new Map<string, Known>();

  constructor({ store, lost }: TakenVipsOptions) {
    this.#lost = lost;
    this.#watch = store.watch(
      (change) => this.#told(change),
      () => this.#toldAll(),
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

  /** Of all that are on record. */
  keys(): readonly string[] {
    return [...this.#known.keys()];
  }

  has(key: string): boolean {
    return this.#known.has(key) || this.#reserved.has(key);
  }

  /** What has to be on record, or is; null for an address that is free. */
  value(key: string): string | null {
    return this.#reserved.get(key) ?? this.#known.get(key)?.value ?? null;
  }

  wrote(key: string, revision: number, value: string): void {
    this.#reserved.delete(key);
    const known = this.#known.get(key);
    // The watch may tell of a write before its answer is here, and does not tell it again.
    if (known?.told === true && known.revision >= revision) return;
    this.#known.set(key, { revision, value, told: false });
  }

  /** Nobody is given it, although it is not on record yet. */
  reserve(key: string, value: string): void {
    this.#reserved.set(key, value);
  }

  /** What is on record decides again. */
  unreserve(key: string): void {
    this.#reserved.delete(key);
  }

  freed(key: string): void {
    this.#known.delete(key);
  }

  close(): void {
    this.#watch.stop();
  }

  #told(change: StoreChange): void {
    const { key, revision } = change;
    const known = this.#known.get(key);
    const isOlder = revision < (known?.revision ?? 0);
    const isOther = change.type === 'removed' || change.value !== known?.value;
    // It was taken since then, and that is what is lost.
    if (isOther && isOlder && this.#untold?.has(key) === true) {
      if (change.type === 'put')
        this.#older.set(key, { revision, value: change.value, told: true });
      return;
    }
    const isToldAgain = this.#untold?.delete(key) === true;
    // What is older than this process's own last write tells nothing new.
    if (!isToldAgain && isOlder) return;
    if (change.type === 'put') this.#known.set(key, { revision, value: change.value, told: true });
    else this.#known.delete(key);
  }

  #toldAll(): void {
    const gone = [...(this.#untold ?? (this.#ready ? this.#written() : []))];
    this.#untold = null;
    this.#ready = true;
    for (const run of this.#waiting.splice(0)) run();
    for (const key of gone) {
      const value = this.#known.get(key)?.value ?? '';
      const older = this.#older.get(key);
      if (older === undefined) this.#known.delete(key);
      else this.#known.set(key, older);
      this.#lost(key, value, older?.revision ?? null);
    }
    this.#older.clear();
  }

  /** What was acknowledged and never told, by the time that everything was told: it is lost. */
  #written(): string[] {
    const known = [...this.#known].filter(([, { told }]) => !told);
    return known.map(([key]) => key);
  }
}
