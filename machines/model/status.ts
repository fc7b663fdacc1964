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

/** What a device says about traffic, read back from what runs; keys are resource ids. */
export const OperatingReport = z.strictObject({
  loadBalancer: OperatingStatus,
  listeners: z.record(z.string(), OperatingStatus),
  pools: z.record(z.string(), OperatingStatus),
  members: z.record(z.string(), OperatingStatus),
});
export type OperatingReport = z.infer<typeof OperatingReport>;
