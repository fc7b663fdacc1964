import { Fault } from '../../machines/model/fault.ts';
import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { Vip, VipRequest, Vips } from '../api/services.ts';
import type { Store } from '../ports/store.ts';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { chooseVip } from './choose.ts';
import { type Subnet, type VipPools, subnetsOf } from './config.ts';
import { freeAddresses } from './free-addresses.ts';
import { type LoadBalancers, type Lost, PutBack } from './put-back.ts';
import { isPassing, repeated, repeatsMax } from './repeated.ts';
import { TakenVips } from './taken-vips.ts';
import { readVipRecord, vipKey, type VipRecord, vipRecord } from './vip-record.ts';

/** How often one allocation may lose a race for a free address before it says that it is busy. */
const racesMax = 32;
/** What a client should wait when the store can't answer. */
const retryAfterSeconds = 5;
/** Until then, an address without a load balancer may belong to one that is just being created. */
export const sweepGraceMs = 10 * 60_000;

export interface VipAllocator extends Vips {
  /**
   * Frees the addresses whose load balancer does not exist, such as those of creations that broke
   * off: those that an earlier sweep of this process found so, {@link sweepGraceMs} before or longer.
   * Their own dates don't count, because they are of other hosts' clocks. `existing` has the load
   * balancers with their addresses, which are kept for them. Resolves with how many it freed.
   */
  sweep(existing: ReadonlyMap<string, readonly string[]>): Promise<number>;
  /**
   * The load balancer has this address by its document. Where the store has lost the record of that, it is
   * written again, so that nobody else is given the address; also where another load balancer is on record, which
   * does not exist: the store has lost that the address was given on.
   */
  keep(address: string, loadBalancerId: string): void;
  close(): void;
}

/**
 * Gives out VIPs so that no two load balancers share one: each is a record of its own, created by
 * compare-and-swap. Store trouble surfaces as a Fault (503).
 */
export function createVips(options: {
  pools: VipPools;
  store: Store;
  loadBalancers: LoadBalancers;
  clock: Clock;
  random: Random;
  log: Log;
}): VipAllocator {
  const { store, clock, random, log } = options;
  const subnets = subnetsOf(options.pools);
  const taken = new TakenVips({
    store,
    lost: (key, value, older) =>
      writeAgain(key, value, { existed: false, ...(older === null ? {} : { older }) }),
  });
  const putBack = new PutBack({
    store,
    taken,
    loadBalancers: options.loadBalancers,
    clock,
    random,
    log,
  });
  const cursors = new Map<string, bigint>();
  /** Records whose load balancer did not exist when a sweep looked, and since when. */
  const orphans = new Map<string, { readonly revision: number; readonly sinceMs: MonotonicMs }>();

  function writeAgain(key: string, value: string, lost: Lost): void {
    log.info({ key }, 'the record of an address is lost, and is written again');
    taken.reserve(key, value);
    putBack.start(key, value, lost);
  }

  function keep(text: string, loadBalancerId: string): void {
    const address = parseAddress(text);
    if (address === null) return;
    taken.whenReady(() => {
      const key = vipKey(address);
      const value = vipRecord(address, loadBalancerId, clock.wallMs());
      const held = taken.value(key);
      if (held === null) writeAgain(key, value, { existed: true });
      else if (readVipRecord(held)?.loadBalancerId !== loadBalancerId) {
        putBack.start(key, value, { existed: true });
      }
    });
  }

  /** True if the address is now this load balancer's. */
  async function claim(address: Address, loadBalancerId: string): Promise<boolean> {
    const value = vipRecord(address, loadBalancerId, clock.wallMs());
    const writeId = random.uuid();
    const key = vipKey(address);
    const result = await repeated(() => store.create(key, value, writeId));
    if (result.committed) {
      taken.wrote(key, result.revision, value);
      return true;
    }
    const held = await read(key);
    return held?.record.loadBalancerId === loadBalancerId;
  }

  async function read(key: string): Promise<{ record: VipRecord; revision: number } | null> {
    const entry = await store.get(key);
    if (entry === null) return null;
    const record = readVipRecord(entry.value);
    if (record !== null) return { record, revision: entry.revision };
    log.error({ key, revision: entry.revision }, 'a VIP record is unreadable and was left alone');
    return null;
  }

  async function claimFree(candidates: readonly Subnet[], id: string): Promise<Vip> {
    if (!taken.ready) throw unavailable('The VIP pools are still being read.');
    let races = 0;
    for (const subnet of candidates) {
      const from = cursors.get(subnet.subnetId) ?? null;
      const isTaken = (address: Address) => taken.has(vipKey(address));
      for (const address of freeAddresses(subnet, from, isTaken)) {
        if (await claim(address, id)) {
          cursors.set(subnet.subnetId, address.value + 1n);
          return vipOf(address, subnet, null);
        }
        races += 1;
        if (races >= racesMax) throw unavailable('Too many load balancers ask for VIPs at once.');
      }
    }
    const names = candidates.map((subnet) => subnet.subnetId).join(', ');
    throw new Fault(409, `No more IP addresses available on subnet ${names}.`);
  }

  async function allocate(request: VipRequest, loadBalancerId: string): Promise<Vip> {
    const choice = chooseVip(subnets, request);
    return guarded(async () => {
      if (choice.address === null) {
        const vip = await claimFree(choice.subnets, loadBalancerId);
        return { ...vip, portId: request.portId };
      }
      if (await claim(choice.address, loadBalancerId)) {
        return vipOf(choice.address, choice.subnet, request);
      }
      const text = formatAddress(choice.address);
      throw new Fault(
        409,
        `The VIP IP address is already in use: ${text} belongs to another load balancer.`,
      );
    });
  }

  async function release(text: string, loadBalancerId: string): Promise<void> {
    const address = parseAddress(text);
    if (address === null) return;
    const key = vipKey(address);
    putBack.drop(key, loadBalancerId);
    await guarded(() => free(key, ({ record }) => record.loadBalancerId === loadBalancerId));
  }

  /** Removes the key if its record, as it is when it is removed, may go. */
  async function free(
    key: string,
    mayGo: (held: { readonly record: VipRecord; readonly revision: number }) => boolean,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < repeatsMax; attempt += 1) {
      const held = await read(key);
      if (held === null || !mayGo(held)) return false;
      const writeId = random.uuid();
      const result = await repeated(() => store.remove(key, held.revision, writeId));
      if (result.committed) {
        taken.freed(key);
        return true;
      }
    }
    throw unavailable(`The VIP record ${key} changes too fast.`);
  }

  async function sweep(existing: ReadonlyMap<string, readonly string[]>): Promise<number> {
    if (!taken.ready) return 0;
    const now = clock.monotonicMs();
    const kept = keepAll(existing);
    let freed = 0;
    for (const key of taken.keys()) {
      const held = await guarded(() => read(key));
      const isKept = kept.has(key) || (held !== null && existing.has(held.record.loadBalancerId));
      if (held === null || isKept) {
        orphans.delete(key);
        continue;
      }
      const orphan = orphans.get(key);
      if (orphan?.revision !== held.revision) {
        orphans.set(key, { revision: held.revision, sinceMs: now });
      } else if (now - orphan.sinceMs >= sweepGraceMs) {
        orphans.delete(key);
        const same = ({ revision }: { revision: number }) => revision === orphan.revision;
        if (await guarded(() => free(key, same))) freed += 1;
      }
    }
    if (freed > 0) log.info({ freed }, 'freed VIPs whose load balancers do not exist');
    return freed;
  }

  /** All of them are on record, or will be again. Which addresses that are, by their keys. */
  function keepAll(existing: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
    const kept = new Set<string>();
    for (const [loadBalancer, addresses] of existing) {
      for (const text of addresses) {
        const address = parseAddress(text);
        if (address === null) continue;
        kept.add(vipKey(address));
        keep(text, loadBalancer);
      }
    }
    return kept;
  }

  function preview(request: VipRequest): Vip {
    const choice = chooseVip(subnets, request);
    if (choice.address !== null) return vipOf(choice.address, choice.subnet, request);
    const [subnet] = choice.subnets;
    const value = subnet?.ranges[0]?.first;
    if (subnet === undefined || value === undefined) throw new TypeError('a subnet has no range');
    return vipOf({ family: subnet.cidr.family, value }, subnet, request);
  }

  function close(): void {
    putBack.close();
    taken.close();
  }

  return { subnets, preview, allocate, keep, release, sweep, close };
}

function vipOf(address: Address, subnet: Subnet | null, request: VipRequest | null): Vip {
  return {
    address: formatAddress(address),
    subnetId: subnet?.subnetId ?? null,
    networkId: subnet?.networkId ?? null,
    portId: request?.portId ?? null,
  };
}

function unavailable(message: string): Fault {
  return new Fault(503, `${message} Please try again.`, retryAfterSeconds);
}

/** Turns the store's refusals into what the client reads. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isPassing(error)) {
      throw unavailable('The store does not answer at the moment.');
    }
    throw error;
  }
}
