const collator = new Intl.Collator('en', { numeric: true });
/** By names as people count: web-10 comes after web-9. */
export const compare = (a: string, b: string): number => collator.compare(a, b);

/** More names than this are not remembered. */
export const namesKnownMax = 50_000;

/**
 * Puts things in the order of their names, again and again. To compare names as people do takes long, and they
 * hardly ever change: their order is remembered, and found anew only when there is a name that was not there.
 */
export class NameOrder {
  #ranks = new Map<string, number>();
  readonly #knownMax: number;

  constructor(knownMax: number = namesKnownMax) {
    this.#knownMax = knownMax;
  }

  sort<T>(
    items: readonly T[],
    of: (item: T) => { readonly name: string; readonly id: string },
  ): T[] {
    if (items.some((item) => !this.#ranks.has(of(item).name))) this.#learn(items, of);
    return items
      .map((item) => ({ item, id: of(item).id, rank: this.#ranks.get(of(item).name) ?? 0 }))
      .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
      .map(({ item }) => item);
  }

  #learn<T>(items: readonly T[], of: (item: T) => { readonly name: string }): void {
    const names = new Set(items.map((item) => of(item).name));
    if (this.#ranks.size + names.size <= this.#knownMax) {
      for (const name of this.#ranks.keys()) names.add(name);
    }
    this.#ranks = new Map([...names].sort(compare).map((name, rank) => [name, rank]));
  }
}
