import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { DriverError } from '../../contract/errors.ts';
import { type HostGround, locked, siteOf } from '../host.ts';
import { type Outcome, run } from '../run.ts';
import type { VipOptions } from './options.ts';

const nftTimeoutMs = 2_000;
/** A silence that nobody ends, since its agent died, ends by itself so long after it should have. */
const marginSeconds = 5;
const tablePattern = /^holdfast_[0-9a-f]{32}$/;

const Tables = z.object({
  nftables: z.array(z.object({ table: z.object({ name: z.string() }).optional() })),
});

/**
 * Lets the kernel drop attempts to connect to an address without a word, so that clients try again a
 * second later, instead of being refused by a host that is about to let go of it. Each load balancer
 * has a table of its own in the kernel's filter while that lasts.
 */
export class Silence {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: VipOptions;

  constructor({ clock, log, options }: { clock: Clock; log: Log; options: VipOptions }) {
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
  }

  /** False where it can't be had: nftables is optional. */
  async begin(id: string, addresses: readonly string[]): Promise<boolean> {
    const seconds = Math.ceil(this.#options.quiesceMs / 1_000) + marginSeconds;
    const ruleset = [deletion(id), tableFor(id, addresses, seconds)].join('\n');
    const outcome = await this.#nft(['-f', '-'], ruleset);
    if (outcome?.code === 0) return true;
    this.#log.warn(
      { lb: id, words: outcome?.output.trim() ?? null },
      'without nft (Debian package nftables) a load balancer that moves away may cut requests off',
    );
    return false;
  }

  async end(id: string): Promise<void> {
    const outcome = await this.#nft(['-f', '-'], deletion(id));
    if (outcome?.code === 0) return;
    this.#log.warn(
      { lb: id, words: outcome?.output.trim() ?? null },
      'can not delete an nft table',
    );
  }

  /** Ends what an agent that died in between left behind for load balancers of this state directory. */
  async tidy(host: HostGround): Promise<void> {
    for (const id of await this.#list()) {
      if (!existsSync(siteOf(host, id).directory)) continue;
      await locked(host, id, () => this.end(id));
    }
  }

  /** The load balancers for whom there is a table now. */
  async #list(): Promise<readonly string[]> {
    const outcome = await this.#nft(['-j', 'list', 'tables', 'inet']);
    if (outcome?.code !== 0) return [];
    const parsed = Tables.safeParse(JSON.parse(outcome.stdout));
    const names = (parsed.data?.nftables ?? []).flatMap(({ table }) => table?.name ?? []);
    return names.filter((name) => tablePattern.test(name)).map(idOf);
  }

  async #nft(args: readonly string[], input?: string): Promise<Outcome | null> {
    try {
      return await run(this.#options.nft, args, {
        clock: this.#clock,
        timeoutMs: nftTimeoutMs,
        ...(input === undefined ? {} : { input }),
      });
    } catch (error) {
      if (error instanceof DriverError) return null;
      throw error;
    }
  }
}

function tableName(id: string): string {
  return `holdfast_${id.replaceAll('-', '').toLowerCase()}`;
}

function idOf(name: string): string {
  const hex = name.slice('holdfast_'.length);
  const ends = [0, 8, 12, 16, 20, 32];
  return ends
    .slice(1)
    .map((end, index) => hex.slice(ends[index], end))
    .join('-');
}

/** To add it first makes its deletion right also where it is not there. */
function deletion(id: string): string {
  return `add table inet ${tableName(id)}\ndelete table inet ${tableName(id)}\n`;
}

function tableFor(id: string, addresses: readonly string[], seconds: number): string {
  const four = addresses.filter((address) => isIPv4(address));
  const six = addresses.filter((address) => !isIPv4(address));
  const elements = (list: readonly string[]) =>
    list.length === 0
      ? ''
      : `elements = { ${list.map((address) => `${address} timeout ${seconds}s`).join(', ')} }`;
  return `table inet ${tableName(id)} {
    set four { type ipv4_addr; flags timeout; ${elements(four)} }
    set six { type ipv6_addr; flags timeout; ${elements(six)} }
    chain arriving {
      type filter hook prerouting priority -300; policy accept;
      ip daddr @four tcp flags & (fin | syn | rst | ack) == syn drop
      ip6 daddr @six tcp flags & (fin | syn | rst | ack) == syn drop
    }
  }
`;
}
