import type { WorldEvent } from '../world/events.ts';

/**
 * What a checker remembers of what a device has accepted, for each load balancer: no longer than the
 * device itself can, because one that has lost its markers has no fence any more.
 */
export class DeviceMemory<T> {
  readonly #known = new Map<string, T>();

  get(place: string, loadBalancer: string): T | undefined {
    return this.#known.get(`${place} ${loadBalancer}`);
  }

  set(place: string, loadBalancer: string, value: T): void {
    this.#known.set(`${place} ${loadBalancer}`, value);
  }

  drop(place: string, loadBalancer: string): void {
    this.#known.delete(`${place} ${loadBalancer}`);
  }

  /** Whether the event was a device's loss of memory, which then is lost here as well. */
  forgets(event: WorldEvent): event is Extract<WorldEvent, { readonly type: 'forgot' }> {
    if (event.type !== 'forgot') return false;
    this.drop(event.place, event.loadBalancer);
    return true;
  }
}
