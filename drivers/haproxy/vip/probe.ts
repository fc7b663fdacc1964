import { readFile } from 'node:fs/promises';
import type { Clock } from '../../../machines/ports/clock.ts';
import { DriverError } from '../../contract/errors.ts';
import { run } from '../run.ts';
import type { LeasedInterface } from './interface.ts';
import type { VipOptions } from './options.ts';

const toolTimeoutMs = 5_000;
// From linux/capability.h.
const netAdmin = 12n;
const netRaw = 13n;
/** Addresses of documentation (RFC 5737, RFC 3849): no host has them. */
const nobodys = ['192.0.2.254', '2001:db8::254'];

/** Why addresses can't be brought to this host, and what would help; null where they can. */
export async function addressTrouble(
  { clock, options }: { clock: Clock; options: VipOptions },
  leased: LeasedInterface,
): Promise<string | null> {
  try {
    return (
      (await lacksRights()) ??
      (await lacksTool(clock, options.ip, 'iproute2', 'ip', /iproute2/)) ??
      (await lacksTool(clock, options.arping, 'iputils-arping', 'arping', /iputils/)) ??
      (await interfaceTrouble(leased)) ??
      (await kernelTrouble(leased))
    );
  } catch (error) {
    if (error instanceof DriverError) return error.message;
    throw error;
  }
}

async function lacksRights(): Promise<string | null> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (capability: bigint) => (effective & (1n << capability)) !== 0n;
  if (has(netAdmin) && has(netRaw)) return null;
  return 'the agent may not change network interfaces: run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW';
}

async function lacksTool(
  clock: Clock,
  program: string,
  debianPackage: string,
  option: string,
  words: RegExp,
): Promise<string | null> {
  const advice = `install Debian's package ${debianPackage}, or name the program in the option "${option}"`;
  try {
    const { output } = await run(program, ['-V'], { clock, timeoutMs: toolTimeoutMs });
    return words.test(output) ? null : `${program} is not the one of ${debianPackage}: ${advice}`;
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return `${error.message}: ${advice}`;
  }
}

async function interfaceTrouble(leased: LeasedInterface): Promise<string | null> {
  const found = await leased.look();
  const name = JSON.stringify(leased.name);
  if (found === null) {
    return `there is no network interface ${name} (option "interface"): ip link shows which there are`;
  }
  if (found.flags.includes('LOOPBACK') || found.flags.includes('NOARP')) {
    return `the network interface ${name} (option "interface") has no neighbours that could be told of an address`;
  }
  return found.flags.includes('UP') ? null : `the network interface ${name} is down`;
}

async function kernelTrouble(leased: LeasedInterface): Promise<string | null> {
  for (const address of nobodys) {
    if (await leased.refusesToRevive(address)) continue;
    await leased.remove([address]);
    return 'this kernel brings an address back when it is prolonged after its end, so no lease would hold';
  }
  return null;
}
