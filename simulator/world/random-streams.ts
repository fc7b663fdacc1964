import { hash32 } from '../../machines/placement/hash.ts';
import type { Random } from '../../machines/ports/random.ts';

/**
 * A stream of randomness: sfc32 (Chris Doty-Humphrey, PractRand), seeded from the run's seed and
 * the stream's name. One stream for each concern, so that a new draw in one place leaves the
 * others as they were.
 */
export class RandomStream implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, name: string) {
    this.#a = hash32(`${seed}/${name}/a`) | 0;
    this.#b = hash32(`${seed}/${name}/b`) | 0;
    this.#c = hash32(`${seed}/${name}/c`) | 0;
    // The first outputs still show the seed.
    for (let index = 0; index < 12; index += 1) this.#next32();
  }

  next(): number {
    return this.#next32() / 2 ** 32;
  }

  /** A float in [from, to). */
  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  /** A whole number in [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** True in this share of all draws. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): readonly T[] {
    const left = [...items];
    return items.flatMap(() => left.splice(this.integer(0, left.length - 1), 1));
  }

  uuid(): string {
    const hex = [0, 0, 0, 0].map(() => this.#next32().toString(16).padStart(8, '0')).join('');
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
  }

  #next32(): number {
    // Kept signed, because the engine stores such numbers without an object for each.
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
