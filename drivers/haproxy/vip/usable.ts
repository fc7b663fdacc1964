import { isIPv4 } from 'node:net';
import { type Clock, delay } from '../../../machines/ports/clock.ts';
import { RetryableError } from '../../contract/errors.ts';
import type { LeasedInterface } from './interface.ts';

/** The kernel looks for an IPv6 address on other hosts for one or two seconds. */
const withinMs = 5_000;
const pollMs = 50;

/**
 * Waits until the kernel has found an IPv6 address to be nobody else's; an IPv4 address is usable at
 * once. Throws RetryableError where another host has it: then the kernel takes it away again.
 */
export async function untilUsable(
  address: string,
  leased: LeasedInterface,
  { clock, isHeld }: { clock: Clock; isHeld: () => boolean },
): Promise<void> {
  if (isIPv4(address)) return;
  const deadline = clock.monotonicMs() + withinMs;
  for (;;) {
    const [present] = (await leased.find(address)).filter((each) => each.leased);
    if (present !== undefined && !present.tentative) return;
    if (!isHeld()) throw new RetryableError(`${address} was let go of meanwhile`);
    if (present === undefined) throw answeredElsewhere(address, leased.name);
    if (clock.monotonicMs() >= deadline) {
      throw new RetryableError(`${address} is not usable after ${withinMs} ms`);
    }
    await delay(clock, pollMs);
  }
}

/** The kernel has taken away an IPv6 address that it had just been given: another host has it. */
export function answeredElsewhere(address: string, interfaceName: string): RetryableError {
  return new RetryableError(
    `another host answers for ${address} on ${interfaceName}, so it is not taken twice`,
  );
}
