import { z } from 'zod';
import { OperatingReport } from '../model/status.ts';
import { deviceName } from '../protocol/device-name.ts';
import { Seat, epoch, generation, hostId } from '../protocol/seat.ts';

export const Rejected = z.strictObject({ agent: z.string(), reason: z.string() });

/** How many agents' reasons a record keeps: enough to understand, bounded in a large fleet. */
export const rejectedMax = 16;

/** How many replaced holders without proof of their end a record keeps (rule R11). */
export const shadowsMax = 4;

/**
 * What a load balancer's actor knows, and what its binding record holds. The desired document
 * stands in a record of its own; here are only its generation and whether it is to be deleted.
 */
export const LoadBalancerContext = z.strictObject({
  driver: z.string(),
  /** The device that it was given when it was first bound: there it stays, because its content is there. */
  device: deviceName.nullable().default(null),
  /** Whether its driver lets it move to another host. */
  reschedulable: z.boolean(),
  /** Whether it is served only under its holder's lease: then holders are fenced by time (R11). */
  leased: z.boolean().default(false),
  /** Whether agents take it from the queue of its device, instead of being chosen by placement. */
  queued: z.boolean().default(false),
  generation,
  status: z.enum(['live', 'deleting']),
  binding: Seat.nullable(),
  standby: Seat.nullable(),
  lastEpoch: epoch,
  /** Holders that were replaced, and are not proven to have ended. */
  shadows: z.array(Seat).max(shadowsMax),
  /** The host of the last holder: where a load balancer that can't move has to stay. */
  host: hostId.nullable(),
  zone: z.string().nullable(),
  /** The holder that the newest binding replaced: it is told to let go. */
  replaced: Seat.nullable(),
  appliedEpoch: epoch,
  appliedGeneration: generation,
  operating: OperatingReport.nullable(),
  /** Wall time since when it waits for a seat. */
  waitingSince: z.number().nullable(),
  /** Wall time at which what is under way should have ended. */
  deadlineAt: z.number().nullable(),
  overdue: z.boolean(),
  /** The device's words, while the newest generation stands refused. */
  refusal: z.string().nullable(),
  /** Wall time at which a refused configuration is tried again. */
  retryAt: z.number().nullable(),
  reason: z.string().nullable(),
  rejected: z.array(Rejected).max(rejectedMax),
});
export type LoadBalancerContext = z.infer<typeof LoadBalancerContext>;

export const initialContext: LoadBalancerContext = {
  driver: '',
  device: null,
  reschedulable: false,
  leased: false,
  queued: false,
  generation: 0,
  status: 'live',
  binding: null,
  standby: null,
  lastEpoch: 0,
  shadows: [],
  host: null,
  zone: null,
  replaced: null,
  appliedEpoch: 0,
  appliedGeneration: 0,
  operating: null,
  waitingSince: null,
  deadlineAt: null,
  overdue: false,
  refusal: null,
  retryAt: null,
  reason: null,
  rejected: [],
};

/** The device that holds it; null before it was ever bound. */
export function placedOn({
  device,
  driver,
  binding,
}: Pick<LoadBalancerContext, 'device' | 'driver' | 'binding'>): string | null {
  // Bound before devices had names, it is on the only one that its driver had.
  return device ?? (binding === null ? null : driver);
}
