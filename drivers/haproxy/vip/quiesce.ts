import { type Clock, delay } from '../../../machines/ports/clock.ts';
import type { EndProcesses } from '../addressing.ts';
import type { VipOptions } from './options.ts';
import type { Silence } from './silence.ts';

/** Connections that were made just before get so long to be accepted by HAProxy. */
const acceptMs = 50;

interface Leaving {
  readonly clock: Clock;
  readonly options: VipOptions;
  readonly silence: Silence;
  readonly end: EndProcesses;
  readonly withdraw: () => Promise<void>;
}

/**
 * Lets a load balancer go so that no request fails: first nobody new comes in, and is not refused
 * either; then what is under way is finished, while the address is still here; then the address goes.
 * Who could not come in tries again within a second, at the host where the address is by then.
 *
 * Without nftables the address goes first, because new connections would be refused otherwise; what is
 * under way then breaks off.
 */
export async function leaveQuietly(
  id: string,
  addresses: readonly string[],
  { clock, options, silence, end, withdraw }: Leaving,
): Promise<void> {
  const isSilent = addresses.length > 0 && (await silence.begin(id, addresses));
  if (!isSilent) {
    await withdraw();
    await end(options.stopGraceMs);
    return;
  }
  try {
    await delay(clock, acceptMs);
    await end(options.quiesceMs);
  } finally {
    // Also where a process would not end: the address is what its clients come by.
    await withdraw();
    await silence.end(id);
  }
}
