import type { Clock, MonotonicMs, Timer } from '../../machines/ports/clock.ts';
import type { Timings } from '../../machines/timings/timings.ts';
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
  readonly clock: Clock;
  readonly timings: Pick<Timings, 'reachMs'>;
  readonly fleet: Pick<FleetView, 'lostDevices' | 'current'>;
  /** Told when the others have had their time. */
  readonly due: () => void;
}

interface Seen {
  readonly isLost: boolean;
  readonly since: MonotonicMs;
}

/** Which agents have lost a device that others have reached all the while: it is not the device, then. */
export class CutOffs {
  readonly #options: CutOffsOptions;
  /** By device and agent, of devices that somebody has lost. */
  #seen = new Map<string, ReadonlyMap<string, Seen>>();
  #timer: Timer | null = null;
  readonly #startedMs: MonotonicMs;

  constructor(options: CutOffsOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
  }

  stop(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** An agent's state has changed: one that is not heard of has to reach its device anew, once it is. */
  look(): void {
    const { clock, fleet } = this.#options;
    const now = clock.monotonicMs();
    this.#seen = new Map(
      [...fleet.lostDevices()].map(([device, reach]) => [device, this.#lookAt(device, reach, now)]),
    );
  }

  /** Those of this moment; looked at anew when others may be due. */
  due(): readonly CutOff[] {
    const { clock, timings, fleet } = this.#options;
    const now = clock.monotonicMs();
    const waitMs = looksAwaited * timings.reachMs;
    this.look();
    const dueAt = ({ since }: Seen): number => since + waitMs;
    const cut = new Map<string, Set<string>>();
    let next = Infinity;
    for (const [device, agents] of this.#seen) {
      const reaching = [...agents.values()].filter(({ isLost }) => !isLost).map(dueAt);
      for (const [id, seen] of agents) {
        if (!seen.isLost) continue;
        const at = Math.max(dueAt(seen), Math.min(...reaching));
        if (at <= now) cut.set(id, (cut.get(id) ?? new Set()).add(device));
        else next = Math.min(next, at);
      }
    }
    this.stop();
    // Whole milliseconds: a part of one may be too small to move the clock.
    const waitsMs = Math.ceil(next - now);
    if (next !== Infinity) this.#timer = clock.setTimer(waitsMs, () => this.#passed());
    return [...cut].flatMap(([id, devices]) => {
      const incarnation = fleet.current(id)?.incarnation;
      return incarnation === undefined ? [] : [{ id, incarnation, devices }];
    });
  }

  #lookAt(
    device: string,
    reach: ReadonlyMap<string, string | null>,
    now: MonotonicMs,
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
        return [agent, { isLost, since: reached ? this.#startedMs : now }];
      }),
    );
  }

  #passed(): void {
    this.#timer = null;
    this.#options.due();
  }
}
