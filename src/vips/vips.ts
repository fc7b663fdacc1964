import { z } from 'zod';
import { Fault } from '../../machines/model/fault.ts';
import { type Clock, delay, type MonotonicMs } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { Vip, VipRequest, Vips } from '../api/services.ts';
import { Limiter } from '../host/limiter.ts';
import { stopSignal } from '../host/stop-signal.ts';
import { type Store, StoreUnavailable, UnknownOutcome } from '../ports/store.ts';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { chooseVip } from './choose.ts';
import { type Subnet, type VipPools, subnetsOf } from './config.ts';
import { freeAddresses } from './free-addresses.ts';
import { TakenVips } from './taken-vips.ts';

/** How often one allocation may lose a race for a free address before it says that it is busy. */
const racesMax = 32;
/** How often a write of unknown outcome is repeated, byte for byte. */
const repeatsMax = 3;
/** What a client should wait when the store can't answer. */
const retryAfterSeconds = 5;
/** How long after a failure a missing record is written again, and how many are at once: a store may lose very many. */
const putBackRetryMs = 500;
const puttingBackMax = 16;
/** Until then, an address without a load balancer may belong to one that is just being created. */
export const sweepGraceMs = 10 * 60_000;

const VipRecord = z.object({
  schema: z.literal(1),
  address: z.string(),
  loadBalancerId: z.string(),
  allocatedAtMs: z.number(),
});
type VipRecord = z.infer<typeof VipRecord>;

export interface VipAllocator extends Vips {
  /**
   * Frees the addresses whose load balancer does not exist, such as those of creations that broke
   * off: those that an earlier sweep of this process found so, {@link sweepGraceMs} before or longer.
   * Their own dates don't count, because they are of other hosts' clocks. `existing` has the load
   * balancers with their addresses: one of theirs is not freed, but put on record for them. Resolves with
   * how many it freed.
   */
  sweep(existing: ReadonlyMap<string, readonly string[]>): Promise<number>;
  /**
   * The load balancer has this address by its document. Where the store has lost the record of that, it is
   * written again, so that nobody else is given the address.
   */
  keep(address: string, loadBalancerId: string): void;
  close(): void;
}

/** The record's key: one for all spellings of an address, in the store's alphabet. */
export function vipKey({ family, value }: Address): string {
  return `v${family}-${value.toString(16).padStart(family === 4 ? 8 : 32, '0')}`;
}

/**
 * Gives out VIPs so that no two load balancers share one: each is a record of its own, created by
 * compare-and-swap. Store trouble surfaces as a Fault (503).
 */
export function createVips(options: {
  pools: VipPools;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
}): VipAllocator {
  const { store, clock, random, log } = options;
  const subnets = subnetsOf(options.pools);
  const closing = stopSignal();
  const puttingBack = new Limiter(puttingBackMax);
  const taken = new TakenVips({
    store,
    lost: (key, value, onto) => inBackground(key, value, onto),
  });
  const cursors = new Map<string, bigint>();
  /** Records whose load balancer did not exist when a sweep looked, and since when. */
  const orphans = new Map<string, { readonly revision: number; readonly sinceMs: MonotonicMs }>();

  /** What the record of an address has to say is written, again: onto the record that stands there, if any. */
  async function putBack(key: string, value: string, onto: number | null): Promise<void> {
    const writeId = random.uuid();
    for (;;) {
      try {
        const result = await repeated(() =>
          onto === null
            ? store.create(key, value, writeId)
            : store.update(key, value, onto, writeId),
        );
        if (result.committed) taken.wrote(key, result.revision, value);
        return;
      } catch (error) {
        if (!isPassing(error)) throw error;
        await delay(clock, putBackRetryMs, closing.signal);
      }
    }
  }

  function inBackground(key: string, value: string, onto: number | null): void {
    log.info({ key }, 'the record of an address is lost, and is written again');
    taken.reserve(key, value);
    puttingBack
      .run(() => putBack(key, value, onto))
      .catch((err: unknown) => {
        if (!closing.signal.aborted) log.error({ err, key }, 'an address is on record for nobody');
      });
  }

  function keep(text: string, loadBalancerId: string): void {
    const address = parseAddress(text);
    if (address === null) return;
    taken.whenReady(() => {
      const key = vipKey(address);
      if (!taken.has(key)) inBackground(key, recordOf(address, loadBalancerId), null);
    });
  }

  function recordOf(address: Address, loadBalancerId: string): string {
    const record: VipRecord = {
      schema: 1,
      address: formatAddress(address),
      loadBalancerId,
      allocatedAtMs: clock.wallMs(),
    };
    return JSON.stringify(record);
  }

  /** True if the address is now this load balancer's. */
  async function claim(address: Address, loadBalancerId: string): Promise<boolean> {
    const value = recordOf(address, loadBalancerId);
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
    const parsed = VipRecord.safeParse(parseJson(entry.value));
    if (parsed.success) return { record: parsed.data, revision: entry.revision };
    // An unreadable record still occupies its address: giving it out twice would be worse.
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
    await guarded(() =>
      free(vipKey(address), ({ record }) => record.loadBalancerId === loadBalancerId),
    );
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
    const due = recordsDue(existing);
    let freed = 0;
    for (const key of taken.keys()) {
      const held = await guarded(() => read(key));
      if (held === null || existing.has(held.record.loadBalancerId)) {
        orphans.delete(key);
        continue;
      }
      const orphan = orphans.get(key);
      if (orphan?.revision !== held.revision) {
        orphans.set(key, { revision: held.revision, sinceMs: now });
      } else if (now - orphan.sinceMs >= sweepGraceMs) {
        orphans.delete(key);
        const rightful = due.get(key);
        if (rightful !== undefined) {
          // The store has lost that the address was given to another one since then.
          inBackground(key, rightful, orphan.revision);
          continue;
        }
        const same = ({ revision }: { revision: number }) => revision === orphan.revision;
        if (await guarded(() => free(key, same))) freed += 1;
      }
    }
    if (freed > 0) log.info({ freed }, 'freed VIPs whose load balancers do not exist');
    return freed;
  }

  /** What the records of these addresses have to say. */
  function recordsDue(
    existing: ReadonlyMap<string, readonly string[]>,
  ): ReadonlyMap<string, string> {
    const due = new Map<string, string>();
    for (const [loadBalancer, addresses] of existing) {
      for (const text of addresses) {
        const address = parseAddress(text);
        if (address !== null) due.set(vipKey(address), recordOf(address, loadBalancer));
      }
    }
    return due;
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
    closing.abort(new Error('the addresses are not kept any more'));
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses undefined, and its caller says so.
    return undefined;
  }
}

function unavailable(message: string): Fault {
  return new Fault(503, `${message} Please try again.`, retryAfterSeconds);
}

/** Repeats a write whose outcome is unknown; by the store's contract that can't write twice. */
async function repeated<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof UnknownOutcome) || attempt >= repeatsMax) throw error;
    }
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof UnknownOutcome;

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
