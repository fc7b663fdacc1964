import type { Driver, ProbeResult } from '../../drivers/contract/driver.ts';
import { type AgentDevice, detailMax } from '../../machines/liveness/context.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, pause, type Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Timings } from '../../machines/timings/timings.ts';

/**
 * So many probes in a row have to fail until a device that was reached counts as lost: one that is busy,
 * or restarts its own API, moves nothing.
 */
export const probesUntilLost = 3;

/** After one that failed, the next one follows so many times sooner. */
const hurry = 4;

/** A probe that is not answered for so many looks has failed: one that hangs is found out, too. */
const answerLooks = 2;

export interface ReachOptions {
  /** By the names of their devices. */
  readonly drivers: ReadonlyMap<string, Driver>;
  /** How many load balancers a device may hold; null, or left out, for no limit. */
  readonly capacities?: ReadonlyMap<string, number | null>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'reachMs'>;
  /** Told when a device that was lost is reached again. */
  readonly regained: (device: string) => void;
}

interface Probed {
  /** Null while the device counts as reached. */
  lost: string | null;
  failures: number;
}

/**
 * Which of its devices an agent reaches. Shared ones are probed again and again, because another agent
 * may reach what this one has lost; what is on the agent's own host is probed until it is found once.
 */
export class Reach {
  readonly #options: ReachOptions;
  readonly #probed = new Map<string, Probed>();
  /** What the judge has on record, as text; null where that is not known for sure. */
  #told: string | null = null;

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  /** Probes all devices once, unless they are known already; a device counts as lost until then. */
  async begin(): Promise<void> {
    if (this.#probed.size === 0) await this.#look(() => true);
  }

  /** As they are to be told. */
  devices(): AgentDevice[] {
    const { drivers, capacities } = this.#options;
    return [...drivers.keys()].map((device) => {
      const lost = this.#probed.get(device)?.lost ?? null;
      const capacity = capacities?.get(device) ?? null;
      return { device, capacity, lost: lost === null ? null : lost.slice(0, detailMax) };
    });
  }

  /** The judge has put this on record; null: it may have put on record what it was told just now. */
  told(devices: readonly AgentDevice[] | null): void {
    this.#told = devices === null ? null : JSON.stringify(devices);
  }

  /** Looks after the devices until the signal; calls `tell` for as long as the record says something else. */
  async watch(signal: Cancellation, tell: () => Promise<void>): Promise<void> {
    const { clock, drivers, timings } = this.#options;
    const isWatched = (device: string): boolean =>
      drivers.get(device)?.descriptor.devices === 'shared' ||
      this.#probed.get(device)?.lost !== null;
    while (!signal.aborted) {
      await pause(clock, this.#isInDoubt ? timings.reachMs / hurry : timings.reachMs, signal);
      if (signal.aborted) return;
      await this.#look(isWatched);
      if (!signal.aborted && JSON.stringify(this.devices()) !== this.#told) await tell();
    }
  }

  /** Is there a device that is reached, but did not answer just now? */
  get #isInDoubt(): boolean {
    return [...this.#probed.values()].some(({ lost, failures }) => lost === null && failures > 0);
  }

  async #look(isWatched: (device: string) => boolean): Promise<void> {
    const { drivers } = this.#options;
    const watched = [...drivers].filter(([device]) => isWatched(device));
    await Promise.all(watched.map(([device, driver]) => this.#probe(device, driver)));
  }

  async #probe(device: string, driver: Driver): Promise<void> {
    const { log } = this.#options;
    const known = this.#probed.get(device);
    const result = await this.#answer(driver);
    if (result.reachable) {
      this.#probed.set(device, { lost: null, failures: 0 });
      if (known === undefined || known.lost === null) return;
      log.info({ device }, 'a device is reached again');
      this.#options.regained(device);
      return;
    }
    const { reason } = result;
    const failures = (known?.failures ?? 0) + 1;
    const isLost = known === undefined || known.lost !== null || failures >= probesUntilLost;
    if (isLost && (known?.lost ?? null) === null) {
      log.error({ device, reason }, 'a device is out of reach');
    }
    // The first words stay: others for the same trouble would be news each time.
    this.#probed.set(device, { lost: isLost ? (known?.lost ?? reason) : null, failures });
  }

  async #answer(driver: Driver): Promise<ProbeResult> {
    const { clock, timings } = this.#options;
    const withinMs = answerLooks * timings.reachMs;
    let timer: Timer | null = null;
    const late = new Promise<ProbeResult>((resolve) => {
      timer = clock.setTimer(withinMs, () =>
        resolve({ reachable: false, reason: `it has not answered within ${withinMs} ms` }),
      );
    });
    try {
      return await Promise.race([driver.probe(), late]);
    } finally {
      if (timer !== null) clock.clearTimer(timer);
    }
  }
}
