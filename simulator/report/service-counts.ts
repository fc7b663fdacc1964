import type { StoreChange } from '../../src/ports/store.ts';
import { desiredOf } from '../evidence/records.ts';
import type { WorldEvent } from '../world/events.ts';
import { CountSpans } from './count-spans.ts';
import type { CountSpan } from './data.ts';

/** At how many places each load balancer is served, from its first service on and while it is wanted. */
export class ServiceCounts {
  readonly #places = new Map<string, Set<string>>();
  readonly #counts = new CountSpans();
  readonly #unwanted = new Map<string, number>();

  served(event: Extract<WorldEvent, { type: 'served' }>, atMs: number): void {
    const { loadBalancer, place, agent } = event;
    const places = this.#places.get(loadBalancer) ?? new Set();
    this.#places.set(loadBalancer, places);
    const before = places.size;
    if (agent === null) places.delete(place);
    else places.add(place);
    if (places.size !== before) this.#counts.add(loadBalancer, places.size - before, atMs);
  }

  desired(change: StoreChange, atMs: number): void {
    const wanted = change.type === 'put' && desiredOf(change.value).status === 'live';
    if (!wanted && !this.#unwanted.has(change.key)) this.#unwanted.set(change.key, atMs);
  }

  of(loadBalancer: string, endMs: number): readonly CountSpan[] {
    const wantedMs = this.#unwanted.get(loadBalancer) ?? endMs;
    return this.#counts
      .of(loadBalancer, endMs)
      .filter(({ fromMs, count }) => fromMs < wantedMs || count > 0);
  }
}
