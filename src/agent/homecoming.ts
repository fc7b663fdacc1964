import type { Driver } from '../../drivers/contract/driver.ts';
import { DriverError } from '../../drivers/contract/errors.ts';
import type { Residence, Resident } from '../../drivers/contract/residence.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Claim, Standing } from '../../machines/protocol/agent-messages.ts';
import type { Journal } from '../ports/journal.ts';
import type { Devices } from './devices.ts';
import { type JournalEntry, journalEntries } from './journal-entry.ts';

/** How many load balancers a returning agent takes up at once: they share a host that serves meanwhile. */
export const adoptionsAtOnce = 4;

export interface HomecomingOptions {
  readonly agent: string;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly devices: Devices;
  readonly journal: Journal;
  readonly log: Log;
}

interface Adoption {
  readonly id: string;
  readonly name: string;
  readonly driver: Driver;
  readonly residence: Residence;
}

/**
 * What an agent that starts finds of its former life. Everything that it may still hold is claimed with
 * its heartbeats until a record answers: what it has lost is forgotten then. What runs on its own
 * host, and nobody outside of it can have taken over, is taken up again at once, without waiting for
 * anybody: the device's marker says whether it is still its own, and refuses it otherwise.
 */
export class Homecoming {
  readonly #options: HomecomingOptions;
  readonly #claims = new Map<string, Claim>();
  /** By the record, this agent's own; it has not been commanded yet, and it may be lost before. */
  readonly #awaited = new Map<string, Claim>();
  readonly #entries = new Map<string, JournalEntry>();
  readonly #adoptions = new Map<string, Adoption>();
  /** The names of the devices that hold it. */
  readonly #heldBy = new Map<string, string>();
  #stopped = false;

  constructor(options: HomecomingOptions) {
    this.#options = options;
  }

  /** Resolves when everything that is still this agent's own was taken up, or refused. */
  async begin(): Promise<void> {
    const { drivers, journal, log } = this.#options;
    for (const [id, entry] of await journalEntries(journal, log)) {
      this.#entries.set(id, entry);
      this.#remember(id, { ...entry, removed: false }, entry.device);
    }
    for (const [name, driver] of drivers) {
      if (driver.residence !== undefined) await this.#lookAround(name, driver, driver.residence);
    }
    await Promise.all(Array.from({ length: adoptionsAtOnce }, () => this.#adoptAll()));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** What no record has answered yet, and no device claims by itself. */
  claims(): Iterable<Claim> {
    return this.#claims.values();
  }

  /** It was commanded: from now on its device speaks for it. */
  commanded(id: string): void {
    this.#claims.delete(id);
    this.#awaited.delete(id);
    this.#adoptions.delete(id);
  }

  /** What the record says of something that is only remembered; true when it is to be forgotten. */
  standing({ loadBalancer, epoch, holder }: Standing): boolean {
    const claim = this.#claims.get(loadBalancer) ?? this.#awaited.get(loadBalancer);
    if (claim === undefined || epoch < claim.epoch) return false;
    if (holder !== this.#options.agent) return true;
    this.#claims.delete(loadBalancer);
    this.#awaited.set(loadBalancer, claim);
    return false;
  }

  /** Claims again what the record gave this agent and nobody has commanded since: it may have moved. */
  unconfirm(): void {
    for (const [id, claim] of this.#awaited) this.#claims.set(id, claim);
    this.#awaited.clear();
  }

  /**
   * Its marker was made anew, and refuses everybody who was named so far. Whoever holds it has to know
   * that, and this agent, whether it is that one (R9).
   */
  mended(id: string, epoch: number, device: string): void {
    this.#remember(id, { epoch, generation: 0, removed: false }, device);
  }

  /** By which epoch something is held that is only remembered; null where nothing is. */
  epochOf(id: string): number | null {
    return (this.#claims.get(id) ?? this.#awaited.get(id))?.epoch ?? null;
  }

  /** The driver by which something is held that is only remembered. */
  driverOf(id: string): Driver | null {
    const name = this.#heldBy.get(id);
    return name === undefined ? null : (this.#options.drivers.get(name) ?? null);
  }

  forget(id: string): void {
    this.commanded(id);
    this.#entries.delete(id);
    this.#heldBy.delete(id);
  }

  #remember(
    id: string,
    { epoch, generation, removed }: Omit<Claim, 'loadBalancer' | 'device'>,
    device: string,
  ): void {
    if (this.#options.devices.get(id) !== null) return;
    this.#awaited.delete(id);
    this.#claims.set(id, { loadBalancer: id, epoch, generation, removed, device });
    this.#heldBy.set(id, device);
  }

  async #lookAround(name: string, driver: Driver, residence: Residence): Promise<void> {
    const { log } = this.#options;
    try {
      for (const resident of await residence.inventory()) {
        this.#found(resident, { id: resident.id, name, driver, residence });
      }
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      // What is bound to this agent is commanded to it all the same.
      log.error({ driver: name, error: error.message }, 'this host could not be looked through');
    }
  }

  #found({ id, marker, holder }: Resident, adoption: Adoption): void {
    const entry = this.#entries.get(id);
    if (marker === null) return;
    const isOwn =
      holder === this.#options.agent || (holder === null && entry?.epoch === marker.epoch);
    // What somebody else of this host has taken, or removed, is known by the marker (R9).
    if (entry !== undefined || (isOwn && !marker.removed))
      this.#remember(id, marker, adoption.name);
    if (!isOwn || marker.removed || adoption.driver.descriptor.reschedulable) return;
    if (this.#options.devices.get(id) === null) this.#adoptions.set(id, adoption);
  }

  async #adoptAll(): Promise<void> {
    for (const [id, adoption] of this.#adoptions) {
      if (this.#stopped) return;
      this.#adoptions.delete(id);
      await this.#adopt(adoption);
    }
  }

  async #adopt({ id, name, driver, residence }: Adoption): Promise<void> {
    const { devices, log } = this.#options;
    try {
      const target = await residence.recall(id);
      // Meanwhile it may have been commanded, or a record may have told that it is over. One that a record has
      // told is its own is taken up all the same: its command may be long in coming.
      const isLeft = this.#claims.has(id) || this.#awaited.has(id);
      if (target === null || this.#stopped || !isLeft) return;
      this.#claims.delete(id);
      this.#awaited.delete(id);
      const entry = this.#entries.get(id);
      const isLast = entry?.epoch === target.epoch && entry.generation === target.generation;
      const edit = isLast ? entry.edit : null;
      const { type } = await devices.driven(id, driver).resume(target, name, edit);
      const { epoch, generation } = target;
      const what = { loadBalancer: id, epoch, generation };
      if (type === 'applied') log.info(what, 'taken up again');
      else log.info({ ...what, outcome: type }, 'it went on in another way than it was held');
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      log.error({ loadBalancer: id, error: error.message }, 'this could not be taken up again');
    }
  }
}
