import { isIPv6 } from 'node:net';
import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { DriverError, PermanentError, RetryableError } from '../../contract/errors.ts';
import { Lease, type LeaseTerm } from '../../contract/lease.ts';
import type { Leasing } from '../../contract/leasing.ts';
import { OnceMore } from '../../contract/once-more.ts';
import type { Target } from '../../contract/target.ts';
import { Turns } from '../../contract/turns.ts';
import type { Addressing, EndProcesses } from '../addressing.ts';
import type { HostGround } from '../host.ts';
import { liveDocument } from '../observe.ts';
import { boundAddress } from '../render/services.ts';
import type { Site } from '../site.ts';
import { addressesOf } from './addresses-of.ts';
import { Announcer } from './announce.ts';
import { duplicateOf } from './duplicate-check.ts';
import { type Held, HeldAddresses } from './held-addresses.ts';
import { comesForMs, LeasedInterface, type Present } from './interface.ts';
import type { VipOptions } from './options.ts';
import { leaveQuietly } from './quiesce.ts';
import { Silence } from './silence.ts';
import { answeredElsewhere, untilUsable } from './usable.ts';

/**
 * Load balancers' addresses on an interface of the host, each for as long as the agent's lease lasts. The
 * kernel counts, so it also holds for an agent that hangs or is gone.
 *
 * All that changes the interface is done one after the other, and what was decided before its turn came
 * is looked at again: the lease may have ended meanwhile.
 */
export class LeasedAddresses implements Addressing, Leasing {
  readonly interface: LeasedInterface;
  readonly #host: HostGround;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: VipOptions;
  readonly #announcer: Announcer;
  readonly #silence: Silence;
  readonly #lease: Lease;
  readonly #held: HeldAddresses;
  readonly #turns = new Turns();
  readonly #onceMore: OnceMore;
  #waiting: Promise<void> | null = null;

  constructor(host: HostGround, options: VipOptions) {
    const { clock, log } = host;
    this.#host = host;
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
    this.interface = new LeasedInterface({ clock, ip: options.ip, name: options.interface });
    this.#announcer = new Announcer({ clock, log, options });
    this.#silence = new Silence({ clock, log, options });
    this.#lease = new Lease(clock);
    this.#held = new HeldAddresses(host);
    this.#onceMore = new OnceMore({
      clock,
      renew: () => {
        this.#tellKernel().catch((error: unknown) => {
          log.error({ err: error }, 'the rest of a lease did not reach the host');
        });
      },
    });
  }

  renew(until: MonotonicMs): Promise<void> {
    this.#lease.prolong(until);
    return this.#tellKernel();
  }

  /** What comes while it is being told waits for that, and speaks for all that come after. */
  #tellKernel(): Promise<void> {
    this.#waiting ??= this.#turns.take(() => {
      this.#waiting = null;
      return this.#renewHeld();
    });
    return this.#waiting;
  }

  drop(commanded: Iterable<readonly [id: string, epoch: number]>): Promise<void> {
    // At once, so that nothing which waits for its turn goes by the old lease.
    const ended = this.#held.endAll();
    const held = ended.map(({ id, epoch }) => [id, epoch] as const);
    this.#lease.end([...held, ...commanded]);
    this.#onceMore.stop();
    return this.#turns.take(async () => {
      const ours = [];
      for (const each of ended) if (await this.#held.isNobodyElses(each)) ours.push(each);
      await this.interface.remove(ours.flatMap(({ address }) => address ?? []));
    });
  }

  async admit({ id, epoch, document }: Target): Promise<void> {
    const term = this.#lease.admit(id, epoch);
    const address = boundAddress(document);
    const held = this.#held.of(id);
    if (address !== null && held?.address !== address) {
      const other = this.#held.holderOf(address);
      if (other !== null && other !== id) {
        throw new PermanentError(`${address} is the address of load balancer ${other} here`);
      }
      refuseStrangers(address, await this.interface.find(address));
    }
    this.#held.admit(id, { epoch, term });
  }

  async settle(site: Site, epoch: number): Promise<void> {
    const term = this.#held.admitted(site.id).term;
    const document = await liveDocument(site);
    const address = document === null ? null : boundAddress(document);
    const held = this.#held.of(site.id);
    if (address !== null && held?.address === address) {
      this.#lease.untilOf(term);
      held.epoch = epoch;
      return;
    }
    if (address === null || held !== null) await this.withdraw(site);
    if (address !== null) await this.#take(site.id, address, epoch, term);
  }

  async withdraw(site: Site): Promise<void> {
    const addresses = await addressesOf(site, this.#held.of(site.id));
    this.#held.forget(site.id);
    await this.#turns.take(async () => {
      const found = [];
      for (const address of addresses) found.push(...(await this.interface.find(address)));
      const leased = found.filter((present) => present.leased);
      await this.interface.remove(leased.map(({ address }) => address));
    });
  }

  async leave(site: Site, end: EndProcesses): Promise<void> {
    const held = this.#held.of(site.id);
    if (held !== null) held.phase = 'leaving';
    const addresses = await addressesOf(site, held);
    await leaveQuietly(site.id, addresses, {
      clock: this.#clock,
      options: this.#options,
      silence: this.#silence,
      end,
      withdraw: () => this.withdraw(site),
    });
  }

  async tidy(): Promise<void> {
    await this.#silence.tidy(this.#host);
  }

  async lacks(site: Site): Promise<string | null> {
    const document = await liveDocument(site);
    const address = document === null ? null : boundAddress(document);
    if (address === null) return null;
    const found = await this.interface.find(address);
    return found.some(({ leased }) => leased) ? null : this.#absent(address);
  }

  close(): void {
    this.#onceMore.close();
    this.#announcer.close();
  }

  async #take(id: string, address: string, epoch: number, term: LeaseTerm): Promise<void> {
    const found = await this.interface.find(address);
    refuseStrangers(address, found);
    const isHere = found.length > 0;
    // What an agent left here that died: nobody else has it while it is here.
    if (!isHere) await this.#refuseDuplicate(address);
    await this.#announcer.prepare(address);
    const held: Held = { address, epoch, phase: 'coming' };
    const isHeld = () => this.#held.of(id) === held;
    await this.#turns.take(async () => {
      this.#lease.untilOf(term);
      this.#held.hold(id, held);
      try {
        await this.#bring(address, isHere, () => this.#lease.untilOf(term));
      } catch (error) {
        if (isHeld()) this.#held.forget(id);
        await this.interface.remove([address]);
        throw error;
      }
    });
    try {
      await untilUsable(address, this.interface, { clock: this.#clock, isHeld });
    } catch (error) {
      if (isHeld()) this.#held.forget(id);
      await this.#turns.take(() => this.interface.remove([address]));
      throw error;
    }
    if (held.phase === 'coming') held.phase = 'here';
    this.#announcer.announce(address, isHeld);
  }

  async #bring(address: string, isHere: boolean, until: () => MonotonicMs): Promise<void> {
    const startedMs = this.#clock.monotonicMs();
    if (!isHere) await this.interface.add(address);
    const gone = await this.interface.prolong([address], until());
    if (gone.length > 0) {
      const tookMs = this.#clock.monotonicMs() - startedMs;
      throw isIPv6(address) && !isHere && tookMs < comesForMs
        ? answeredElsewhere(address, this.interface.name)
        : new RetryableError(this.#absent(address));
    }
    until();
  }

  async #refuseDuplicate(address: string): Promise<void> {
    const owner = await duplicateOf(address, { clock: this.#clock, options: this.#options });
    if (owner === null) return;
    throw new RetryableError(
      `${owner} answers for ${address} on ${this.interface.name}, so it is not taken twice`,
    );
  }

  async #renewHeld(): Promise<void> {
    const until = this.#lease.until;
    if (until === null) return;
    try {
      const ids = await this.#held.toProlong();
      const gone = await this.interface.prolong([...ids.keys()], until, (present) =>
        this.#stillOurs(present),
      );
      for (const address of gone) this.#lost(ids.get(address), address, this.#absent(address));
      if (!this.#lease.isOver) {
        if (ids.size > gone.length && this.#lease.until === until) this.#onceMore.told(until);
        return;
      }
      const late = await this.#stillOurs([...ids.keys()].filter((it) => !gone.includes(it)));
      await this.interface.remove(late);
      for (const address of late) {
        const reason = `${address} was ended: the renewal of the lease came too late`;
        this.#lost(ids.get(address), address, reason);
      }
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      // What is not prolonged runs out; the next renewal finds it gone, and says so.
      this.#log.warn({ error: error.message }, 'can not prolong addresses');
    }
  }

  /** Another agent of this host may have taken one while this one stood still: that is left alone, and told. */
  async #stillOurs(addresses: readonly string[]): Promise<readonly string[]> {
    const ours = await this.#held.toProlong();
    return addresses.filter((address) => ours.has(address));
  }

  #lost(id: string | undefined, address: string, reason: string): void {
    // What was taken by somebody else is held no longer, and told of.
    const held = id === undefined ? null : this.#held.of(id);
    if (id === undefined || held?.address !== address) return;
    // Who brings it finds that, too, and knows why.
    if (held.phase === 'coming' && !this.#lease.isOver) return;
    this.#held.forget(id);
    this.#host.alarm.raise(id, { type: 'down', reason });
  }

  #absent(address: string): string {
    return `${address} is gone from ${this.interface.name}`;
  }
}

/** Addresses that the host has for itself are nobody's to take, nor to take away. */
function refuseStrangers(address: string, found: readonly Present[]): void {
  const strangers = found.find(({ leased }) => !leased);
  if (strangers === undefined) return;
  throw new PermanentError(
    `${address} is an address that the host itself has on ${strangers.interface}; a load balancer needs one that is free`,
  );
}
