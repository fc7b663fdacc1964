import { z } from 'zod';

/** Octavia's six; nothing else may ever appear on the wire, because clients abort on strangers. */
export const ProvisioningStatus = z.enum([
  'ACTIVE',
  'PENDING_CREATE',
  'PENDING_UPDATE',
  'PENDING_DELETE',
  'ERROR',
  'DELETED',
]);
export type ProvisioningStatus = z.infer<typeof ProvisioningStatus>;

export const OperatingStatus = z.enum([
  'ONLINE',
  'OFFLINE',
  'DEGRADED',
  'ERROR',
  'DRAINING',
  'NO_MONITOR',
]);
export type OperatingStatus = z.infer<typeof OperatingStatus>;

const operatingStatuses: ReadonlySet<unknown> = new Set(OperatingStatus.options);

/** Checked by hand, because a large load balancer has dozens, and each is read at every step of its way. */
const Statuses = z.custom<Record<string, OperatingStatus>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((status) => operatingStatuses.has(status)),
  { error: `expected an object whose values are ${OperatingStatus.options.join(', ')}` },
);

/** What a device says about traffic, read back from what runs; keys are resource ids. */
export const OperatingReport = z.strictObject({
  loadBalancer: OperatingStatus,
  listeners: Statuses,
  pools: Statuses,
  members: Statuses,
});
export type OperatingReport = z.infer<typeof OperatingReport>;
