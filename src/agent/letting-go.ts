import type { Driver } from '../../drivers/contract/driver.ts';
import { DriverError } from '../../drivers/contract/errors.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Release, ReleaseReply, Standing } from '../../machines/protocol/agent-messages.ts';
import type { Devices } from './devices.ts';
import type { Homecoming } from './homecoming.ts';

export interface LettingGoOptions {
  readonly agent: string;
  readonly description: { readonly host: string };
  readonly devices: Devices;
  readonly home: Homecoming;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly log: Log;
}

/** Heeds what records say of who holds a load balancer: what somebody else holds is let go of. */
export class LettingGo {
  readonly #options: LettingGoOptions;
  /** What is being ended here: it is told again with each heartbeat until it is forgotten. */
  readonly #ending = new Set<string>();

  constructor(options: LettingGoOptions) {
    this.#options = options;
  }

  async heed(standing: Standing): Promise<void> {
    const { agent, devices, home } = this.#options;
    const { loadBalancer: id, epoch, holder } = standing;
    const device = devices.get(id);
    const isOver = device?.standing({ agent: holder, epoch }, agent) ?? home.standing(standing);
    if (!isOver || this.#ending.has(id)) return;
    // What it was refused under was never held, however new.
    const before = Math.max(epoch, this.#epochOf(id)) + 1;
    this.#ending.add(id);
    try {
      if (!(await this.#release(standing, device?.driver ?? home.driverOf(id)))) return;
      await this.#forget(id, before);
    } finally {
      this.#ending.delete(id);
    }
  }

  /** Ends here what somebody else is about to start; answers once that is so (R11). */
  async release({ loadBalancer: id, epoch, device }: Release): Promise<ReleaseReply> {
    const { drivers } = this.#options;
    const { residence, leasing } = drivers.get(device) ?? {};
    const letsGo = residence ?? leasing;
    if (letsGo?.release === undefined) {
      const message = `this agent serves nothing of the device ${device} under its lease`;
      return { type: 'failed', message };
    }
    try {
      await letsGo.release({ id, epoch });
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return { type: 'failed', message: error.message };
    }
    await this.#forget(id, epoch);
    return { type: 'released', epoch };
  }

  /** Forgets what was held before this epoch. It may have been commanded anew meanwhile, and a word may come late. */
  async #forget(id: string, before: number): Promise<void> {
    const { devices, home } = this.#options;
    if (this.#epochOf(id) >= before) return;
    home.forget(id);
    await devices.forget(id);
  }

  #epochOf(id: string): number {
    const { devices, home } = this.#options;
    return Math.max(devices.get(id)?.epoch ?? 0, home.epochOf(id) ?? 0);
  }

  /**
   * The holder of another host can't end what runs on this one. False where that failed: it is not
   * forgotten then, so it is claimed, and answered, again.
   */
  async #release({ loadBalancer: id, epoch, host }: Standing, driver: Driver | null) {
    if (host === undefined || host === this.#options.description.host) return true;
    try {
      await driver?.residence?.release({ id, epoch });
      return true;
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      this.#options.log.warn(
        { loadBalancer: id, epoch, error: error.message },
        'what moved to another host could not be ended here',
      );
      return false;
    }
  }
}
