import type { CountSpan } from './data.ts';

/** Counts by name, as they change in time. */
export class CountSpans {
  readonly #counts = new Map<string, { fromMs: number; count: number }[]>();

  add(name: string, by: number, atMs: number): void {
    const spans = this.#counts.get(name) ?? [];
    this.#counts.set(name, spans);
    const last = spans.at(-1);
    const count = (last?.count ?? 0) + by;
    // What changes at one moment, changes together.
    if (last?.fromMs === atMs) last.count = count;
    else spans.push({ fromMs: atMs, count });
  }

  of(name: string, endMs: number): readonly CountSpan[] {
    const spans = this.#counts.get(name) ?? [];
    return spans.map((span, index) => ({ ...span, toMs: spans[index + 1]?.fromMs ?? endMs }));
  }
}
