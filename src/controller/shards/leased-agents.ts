import { type DriverDescriptor, isLeased } from '../../../drivers/contract/driver.ts';
import type { AgentDescription } from '../../../machines/liveness/context.ts';
import { driverOf } from '../../../machines/protocol/device-name.ts';

type ResolveDriver = (name: string) => DriverDescriptor | null;

/** May an agent serve anything under its lease? A driver that is not known here may be of any kind. */
export function servesUnderLease(
  description: AgentDescription | null,
  resolveDriver: ResolveDriver,
): boolean {
  return leasesOf(description, resolveDriver).includes(true);
}

/** Does an agent serve things, and nothing but under its lease, so that nobody may take it over before that has lapsed? */
export function servesOnlyUnderLease(
  description: AgentDescription | null,
  resolveDriver: ResolveDriver,
): boolean {
  const leases = leasesOf(description, resolveDriver);
  return leases.length > 0 && !leases.includes(false);
}

/** For each of its devices. */
function leasesOf(
  description: AgentDescription | null,
  resolveDriver: ResolveDriver,
): readonly boolean[] {
  return (description?.devices ?? []).map(({ device }) => {
    const driver = resolveDriver(driverOf(device));
    return driver === null || isLeased(driver);
  });
}
