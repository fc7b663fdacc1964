import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';

/** Who sits where, kept with every step, so that an agent's death costs only its own load. */
export class SeatIndex {
  readonly #bound = new Map<string, Set<string>>();
  readonly #standby = new Map<string, Set<string>>();
  readonly #noted = new Map<
    string,
    {
      readonly bound: string | undefined;
      readonly standby: string | undefined;
      readonly device: string | undefined;
    }
  >();
  readonly #devices = new Map<string, Set<string>>();
  /** Load balancers that want a seat, by the wall time since when they wait. */
  readonly #seeking = new Map<string, number>();
  readonly #withoutStandby = new Set<string>();

  note(
    id: string,
    context: LoadBalancerContext,
    state: { readonly seeking: boolean; readonly wantsStandby: boolean },
  ): void {
    const device = placedOn(context) ?? undefined;
    this.#seat(id, context.binding?.agent, context.standby?.agent, device);
    if (state.seeking) this.#seeking.set(id, context.waitingSince ?? 0);
    else this.#seeking.delete(id);
    if (state.wantsStandby) this.#withoutStandby.add(id);
    else this.#withoutStandby.delete(id);
  }

  forget(id: string): void {
    this.#seat(id, undefined, undefined, undefined);
    this.#noted.delete(id);
    this.#seeking.delete(id);
    this.#withoutStandby.delete(id);
  }

  #seat(
    id: string,
    bound: string | undefined,
    standby: string | undefined,
    device: string | undefined,
  ): void {
    const noted = this.#noted.get(id);
    move(this.#bound, id, noted?.bound, bound);
    move(this.#standby, id, noted?.standby, standby);
    move(this.#devices, id, noted?.device, device);
    this.#noted.set(id, { bound, standby, device });
  }

  boundTo(agent: string): readonly string[] {
    return [...(this.#bound.get(agent) ?? [])];
  }

  standbyAt(agent: string): readonly string[] {
    return [...(this.#standby.get(agent) ?? [])];
  }

  load(agent: string): number {
    return this.#bound.get(agent)?.size ?? 0;
  }

  /** How many load balancers the device holds. */
  onDevice(device: string): number {
    return this.#devices.get(device)?.size ?? 0;
  }

  standbyLoad(agent: string): number {
    return this.#standby.get(agent)?.size ?? 0;
  }

  agents(): ReadonlySet<string> {
    return new Set([...this.#bound.keys(), ...this.#standby.keys()]);
  }

  isSeeking(id: string): boolean {
    return this.#seeking.has(id);
  }

  isWithoutStandby(id: string): boolean {
    return this.#withoutStandby.has(id);
  }

  /** Those that wait, in the order of their waiting. */
  seekingInOrder(): readonly string[] {
    return [...this.#seeking]
      .toSorted(([idA, a], [idB, b]) => (a !== b ? a - b : idA < idB ? -1 : 1))
      .map(([id]) => id);
  }

  withoutStandby(): readonly string[] {
    return [...this.#withoutStandby];
  }
}

function move(
  index: Map<string, Set<string>>,
  id: string,
  from: string | undefined,
  to: string | undefined,
): void {
  if (from === to) return;
  if (from !== undefined) {
    const set = index.get(from);
    set?.delete(id);
    if (set?.size === 0) index.delete(from);
  }
  if (to !== undefined) {
    const set = index.get(to);
    if (set === undefined) index.set(to, new Set([id]));
    else set.add(id);
  }
}
