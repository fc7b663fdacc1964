import type { Stores } from '../../src/ports/store.ts';
import { bucketNames, type Store } from '../../src/ports/store.ts';
import type { MemoryBus } from '../../src/adapters/memory-bus.ts';
import type { ProcessClock } from './virtual-clock.ts';

/** A virtual process: it lives by its ports, and dies when they fall silent. */
export class VirtualProcess {
  readonly name: string;
  readonly clock: ProcessClock;
  readonly bus: MemoryBus;
  readonly stores: Stores;
  #alive = true;

  constructor(name: string, clock: ProcessClock, bus: MemoryBus, stores: Stores) {
    this.name = name;
    this.clock = clock;
    this.bus = bus;
    const wrapped = bucketNames.map((bucket) => [bucket, this.#mortal(stores[bucket])] as const);
    this.stores = Object.fromEntries(wrapped) as unknown as Stores;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** As kill -9: what it had sent is sent, nothing else will ever happen in it. */
  kill(): void {
    this.#alive = false;
    this.clock.kill();
    this.bus.kill();
  }

  /** Answers that arrive after the death reach nobody: their promises never settle. */
  #mortal(store: Store): Store {
    const whileAlive = <T>(work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        work.then(
          (value) => {
            if (this.#alive) resolve(value);
          },
          (error: unknown) => {
            if (this.#alive) reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      });
    return {
      get: (key) => whileAlive(store.get(key)),
      create: (key, value, writeId) => whileAlive(store.create(key, value, writeId)),
      update: (key, value, revision, writeId) =>
        whileAlive(store.update(key, value, revision, writeId)),
      remove: (key, revision, writeId) => whileAlive(store.remove(key, revision, writeId)),
      watch: (onChange, onReady) =>
        store.watch(
          (change) => {
            if (this.#alive) onChange(change);
          },
          () => {
            if (this.#alive) onReady();
          },
        ),
    };
  }
}
