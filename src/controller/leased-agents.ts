import { type DriverDescriptor, isLeased } from '../../drivers/contract/driver.ts';
import type { AgentDescription } from '../../machines/liveness/context.ts';
import { driverOf } from '../../machines/protocol/device-name.ts';

/** May an agent serve anything under its lease? A driver that is not known here may be of any kind. */
export function servesUnderLease(
  description: AgentDescription | null,
  resolveDriver: (name: string) => DriverDescriptor | null,
): boolean {
  return (description?.devices ?? []).some(({ device }) => {
    const driver = resolveDriver(driverOf(device));
    return driver === null || isLeased(driver);
  });
}
