import type { Timings } from '../../../machines/timings/timings.ts';
import type { FleetView } from './fleet-view.ts';

/**
 * So many looks at a device its agents are given until one that has lost it is left for one that reaches
 * it. What befalls a device befalls all its agents, but they find out one after the other.
 */
export const looksAwaited = 4;

/** An agent, and those of its devices that are to be taken from it. */
export interface CutOff {
  readonly id: string;
  readonly incarnation: number;
  readonly devices: ReadonlySet<string>;
}

export interface CutOffsOptions {
  readonly timings: Pick<Timings, 'reachMs'>;
  readonly fleet: Pick<FleetView, 'lostDevices' | 'current' | 'hearing'>;
}

interface Seen {
  readonly isLost: boolean;
  readonly sinceMs: number;
}

/**
 * Which agents have lost a device that others have reached all the while: it is not the device, then. Time counts only while the
 * fleet is surely heard, and begins anew after a gap, for whoever was deaf has not heard that a device is back. A controller that has
 * gaps more often than that leaves no device.
 */
export class CutOffs {
  readonly #options: CutOffsOptions;
  /** By device and agent, of devices that somebody has lost. */
  #seen = new Map<string, ReadonlyMap<string, Seen>>();
  #nextMs = Infinity;
  /** How often the fleet was not surely heard, as of the last look. */
  #gaps = 0;

  constructor(options: CutOffsOptions) {
    this.#options = options;
  }

  /** Have others had their time meanwhile? */
  get isDue(): boolean {
    return this.#options.fleet.hearing().nowMs >= this.#nextMs;
  }

  /** An agent's state has changed: one that is not heard of has to reach its device anew, once it is. */
  look(): void {
    const { fleet } = this.#options;
    const { nowMs: now, gaps } = fleet.hearing();
    if (gaps > this.#gaps) this.#beginAnew(now);
    this.#gaps = gaps;
    this.#seen = new Map(
      [...fleet.lostDevices()].map(([device, reach]) => [device, this.#lookAt(device, reach, now)]),
    );
  }

  /** Those of this moment. */
  due(): readonly CutOff[] {
    const { timings, fleet } = this.#options;
    const now = fleet.hearing().nowMs;
    const waitMs = looksAwaited * timings.reachMs;
    this.look();
    const dueAt = ({ sinceMs }: Seen): number => sinceMs + waitMs;
    const cut = new Map<string, Set<string>>();
    this.#nextMs = Infinity;
    for (const [device, agents] of this.#seen) {
      const reaching = [...agents.values()].filter(({ isLost }) => !isLost).map(dueAt);
      for (const [id, seen] of agents) {
        if (!seen.isLost) continue;
        const at = Math.max(dueAt(seen), Math.min(...reaching));
        if (at <= now) cut.set(id, (cut.get(id) ?? new Set()).add(device));
        else this.#nextMs = Math.min(this.#nextMs, at);
      }
    }
    return [...cut].flatMap(([id, devices]) => {
      const incarnation = fleet.current(id)?.incarnation;
      return incarnation === undefined ? [] : [{ id, incarnation, devices }];
    });
  }

  #beginAnew(now: number): void {
    for (const [device, agents] of this.#seen) {
      const anew = [...agents].map(([id, { isLost }]) => [id, { isLost, sinceMs: now }] as const);
      this.#seen.set(device, new Map(anew));
    }
  }

  #lookAt(
    device: string,
    reach: ReadonlyMap<string, string | null>,
    now: number,
  ): ReadonlyMap<string, Seen> {
    const before = this.#seen.get(device);
    return new Map(
      [...reach].map(([agent, lost]) => {
        const isLost = lost !== null;
        const known = before?.get(agent);
        if (known?.isLost === isLost) return [agent, known];
        // Before anybody had lost it, all had reached it, for as long as this controller can know; one that
        // comes later may have found it just now.
        const reached = before === undefined && !isLost;
        return [agent, { isLost, sinceMs: reached ? 0 : now }];
      }),
    );
  }
}
