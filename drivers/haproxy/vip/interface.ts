import { z } from 'zod';
import { type Clock, delay, type MonotonicMs } from '../../../machines/ports/clock.ts';
import { RetryableError } from '../../contract/errors.ts';
import { type Outcome, run } from '../run.ts';
import { fullPrefix, sameAddress } from './address-bytes.ts';
import { renewalInput } from './renewal-message.ts';

/** One call of ip takes some milliseconds, also for a thousand addresses. */
const ipTimeoutMs = 2_000;
const removalAttempts = 20;
const removalRetryMs = 50;
/** How much longer than the lease the kernel may be told to keep an address; it is that late anyway. */
const overrunMostMs = 250;
/** With the zero at its end, 16 bytes. */
const labelCharactersMax = 15;
/** Kept for so long when it comes: what is cut off right after it ends by itself. */
const firstSeconds = 1;
/** One that is gone sooner than that has not run out: somebody has taken it away. */
export const comesForMs = firstSeconds * 1_000;

const Shown = z.array(
  z.object({
    ifindex: z.int().optional(),
    ifname: z.string().optional(),
    flags: z.array(z.string()).default([]),
    addr_info: z
      .array(
        z.object({
          local: z.string().optional(),
          prefixlen: z.int().optional(),
          label: z.string().optional(),
          dynamic: z.boolean().default(false),
          tentative: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
);

/** An address as the kernel has it. */
export interface Present {
  readonly address: string;
  readonly interface: string;
  /** Is it one that was put there by a driver like this one, on this interface, for a time? */
  readonly leased: boolean;
  /** Is it still being looked for on other hosts, and not usable (IPv6)? */
  readonly tentative: boolean;
}

/** Of these addresses, those that nobody else of this host has taken. */
export type KeepOurs = (addresses: readonly string[]) => Promise<readonly string[]>;

/** The addresses of one network interface that are there for as long as a lease lasts. */
export class LeasedInterface {
  readonly name: string;
  readonly #clock: Clock;
  readonly #ip: string;
  /** The kernel's number of the interface, as last seen: it changes only if the interface is made anew. */
  #index: number | null = null;

  constructor({ clock, ip, name }: { clock: Clock; ip: string; name: string }) {
    this.name = name;
    this.#clock = clock;
    this.#ip = ip;
  }

  /** Shows people and other agents whose an IPv4 address is; a long name leaves no room for it. */
  get #label(): string | null {
    const label = `${this.name}:hf`;
    return label.length <= labelCharactersMax ? label : null;
  }

  /** The interface itself; null where there is none of this name. */
  async look(): Promise<{ index: number; flags: readonly string[] } | null> {
    const { code, output, stdout } = await this.#run(['-j', 'link', 'show', 'dev', this.name]);
    this.#index = null;
    if (code !== 0) {
      if (/does not exist/.test(output)) return null;
      throw failed('show the interface', output);
    }
    const [shown] = parse(stdout);
    if (shown?.ifindex === undefined) return null;
    this.#index = shown.ifindex;
    return { index: shown.ifindex, flags: shown.flags };
  }

  /** Where the host has this address, on whichever interface. */
  async find(address: string): Promise<readonly Present[]> {
    return (await this.#list(['to', `${address}/${fullPrefix(address)}`])).filter((present) =>
      sameAddress(present.address, address),
    );
  }

  /** Brings the address, for a moment only: whoever brings it prolongs it then. */
  async add(address: string): Promise<void> {
    const lifetime = ['valid_lft', String(firstSeconds), 'preferred_lft', String(firstSeconds)];
    const label = this.#label;
    const marked =
      fullPrefix(address) === 32 ? (label === null ? [] : ['label', label]) : ['noprefixroute'];
    const where = [`${address}/${fullPrefix(address)}`, 'dev', this.name];
    const { code, output } = await this.#run(['addr', 'add', ...where, ...lifetime, ...marked]);
    if (code !== 0) throw failed(`add ${address}`, output);
  }

  /**
   * Lets the kernel keep the addresses until then, by whole seconds rounded down, and tells which of
   * them are gone. With less than a second left nothing is prolonged. What was prolonged so late that it
   * would stay too long is taken away. By then somebody else of this host may have taken one:
   * `keepOurs` says which of them may be touched still.
   */
  async prolong(
    addresses: readonly string[],
    until: MonotonicMs,
    keepOurs: KeepOurs = (present) => Promise.resolve(present),
  ): Promise<readonly string[]> {
    let present = addresses;
    let endsMs = 0;
    while (present.length > 0) {
      const seconds = Math.floor((until - this.#clock.monotonicMs()) / 1_000);
      if (seconds < 1) break;
      present = await this.#renewPresent(present, seconds);
      // The kernel has counted from somewhere before now.
      endsMs = this.#clock.monotonicMs() + seconds * 1_000;
      if (endsMs <= until) break;
      present = await keepOurs(present);
    }
    if (endsMs > until + overrunMostMs) {
      await this.remove(present);
      present = [];
    }
    return addresses.filter((address) => !present.includes(address));
  }

  /** Resolves when none of them is on the interface any more. */
  async remove(addresses: readonly string[]): Promise<void> {
    let left = addresses;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt > 0) await delay(this.#clock, removalRetryMs);
      const lines = left.map((it) => `addr del ${it}/${fullPrefix(it)} dev ${this.name}\n`);
      // One that is gone is no reason to leave the others there, so it goes on (-force).
      const { output } = await this.#run(['-force', '-batch', '-'], lines.join(''));
      left = await this.#stillLeased(left);
      if (left.length > 0 && attempt === removalAttempts) throw failed(`remove ${left[0]}`, output);
    }
  }

  /** Is an address that is gone refused when it is prolonged? All depends on it. */
  async refusesToRevive(address: string): Promise<boolean> {
    const found = await this.look();
    if (found === null) return true;
    const { code } = await this.#renew([address], found.index, firstSeconds);
    return code !== 0;
  }

  async #renewPresent(addresses: readonly string[], seconds: number): Promise<readonly string[]> {
    let present = addresses;
    while (present.length > 0) {
      const index = this.#index ?? (await this.look())?.index;
      if (index === undefined) return [];
      const { code, output } = await this.#renew(present, index, seconds);
      if (code === 0) return present;
      // The kernel was told of them up to the first that is gone.
      const left = await this.#stillLeased(present);
      if (left.length === present.length) throw failed('prolong addresses', output);
      present = left;
    }
    return present;
  }

  #renew(addresses: readonly string[], interfaceIndex: number, seconds: number): Promise<Outcome> {
    const renewals = addresses.map((address) => ({ address, interfaceIndex, seconds }));
    return this.#run(['addr', 'restore'], renewalInput(renewals));
  }

  async #stillLeased(addresses: readonly string[]): Promise<readonly string[]> {
    if ((await this.look()) === null) return [];
    const present = await this.#list(['dev', this.name]);
    return addresses.filter((address) =>
      present.some((each) => each.leased && sameAddress(each.address, address)),
    );
  }

  async #list(which: readonly string[]): Promise<readonly Present[]> {
    const { code, output, stdout } = await this.#run(['-j', 'addr', 'show', ...which]);
    if (code !== 0) throw failed('list addresses', output);
    return parse(stdout).flatMap(({ ifname, addr_info }) =>
      addr_info.flatMap(({ local, prefixlen, label, dynamic, tentative }) => {
        if (local === undefined || ifname === undefined) return [];
        const full = fullPrefix(local);
        const marked = full === 128 || this.#label === null || label === this.#label;
        const leased = ifname === this.name && dynamic && prefixlen === full && marked;
        return [{ address: local, interface: ifname, leased, tentative }];
      }),
    );
  }

  async #run(args: readonly string[], input?: string | Buffer): Promise<Outcome> {
    const outcome = await run(this.#ip, args, {
      clock: this.#clock,
      timeoutMs: ipTimeoutMs,
      ...(input === undefined ? {} : { input }),
    });
    if (outcome.timedOut) throw new RetryableError(`ip did not end within ${ipTimeoutMs} ms`);
    return outcome;
  }
}

function parse(text: string): z.infer<typeof Shown> {
  try {
    return Shown.parse(JSON.parse(text === '' ? '[]' : text));
  } catch (error) {
    throw new RetryableError(`ip said what can't be read: ${String(error)}`, { cause: error });
  }
}

function failed(what: string, words: string): RetryableError {
  return new RetryableError(`ip can't ${what}: ${words.trim()}`);
}
