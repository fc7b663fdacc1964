import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import { ConfigError } from '../config/config-error.ts';

/**
 * The drivers whose load balancers agents take from queues, by `controller.dispatch`. Throws a
 * {@link ConfigError} where one can't be dispatched so, and says why.
 */
export function queuedDrivers(
  dispatch: Readonly<Record<string, 'scheduled' | 'queue'>>,
  resolve: (name: string) => DriverDescriptor | null,
): ReadonlySet<string> {
  const queued = new Set<string>();
  for (const [name, how] of Object.entries(dispatch)) {
    const descriptor = resolve(name);
    const path = `controller.dispatch.${name}`;
    if (descriptor === null) throw new ConfigError(`${path}: there is no such driver`);
    if (how !== 'queue') continue;
    const why = whyNot(descriptor);
    if (why !== null) {
      throw new ConfigError(
        `${path}: its load balancers can't be taken from a queue, because ${why}`,
      );
    }
    queued.add(descriptor.name);
  }
  return queued;
}

/** Whoever takes a ticket may be anybody, and for a moment two may believe that they have the same one. */
function whyNot({ devices, fence }: DriverDescriptor): string | null {
  if (devices === 'hosts')
    return 'they are served by the host of their agent, and not by any agent';
  if (fence !== 'device') return 'its devices do not refuse by themselves what a stale agent sends';
  return null;
}
