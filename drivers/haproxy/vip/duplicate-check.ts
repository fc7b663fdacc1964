import { isIPv4 } from 'node:net';
import type { Clock } from '../../../machines/ports/clock.ts';
import { run } from '../run.ts';
import type { VipOptions } from './options.ts';

/**
 * Does another host have the address already? Then its hardware address, else null: nobody who says
 * nothing in time is waited for. IPv6 addresses are checked by the kernel, when they are there.
 */
export async function duplicateOf(
  address: string,
  { clock, options }: { clock: Clock; options: VipOptions },
): Promise<string | null> {
  if (!isIPv4(address)) return null;
  const args = ['-D', '-c', '1', '-I', options.interface, address];
  const outcome = await run(options.arping, args, { clock, timeoutMs: options.duplicateCheckMs });
  return /reply from \S+ \[([0-9A-Fa-f:]+)\]/.exec(outcome.output)?.[1]?.toLowerCase() ?? null;
}
