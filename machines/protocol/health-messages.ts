import { z } from 'zod';
import { ListenerStatistics } from '../health/statistics.ts';
import { OperatingReport } from '../model/status.ts';
import { agentId, epoch, generation, incarnation } from './seat.ts';

/**
 * How the traffic of load balancers fares. None of it is on record: an agent tells all controllers what
 * changes, tells it all again now and then, and whenever it is asked to.
 */

const loadBalancerId = z.uuid();
const text = z.string().max(4_096);

/** How many load balancers one push tells of; the rest go with the next ones. */
export const healthReportsMax = 256;
/** Bytes of reports in one push, far below what the bus takes; a larger single one goes alone. */
export const healthPushBytesMax = 256 * 1024;

/** What the device of one load balancer says, as it is held by this epoch and has this generation. */
export const HealthReport = z.strictObject({
  loadBalancer: loadBalancerId,
  epoch,
  generation,
  operating: OperatingReport,
  /** What is wrong with its device, in a sentence. */
  reason: text.nullable(),
});
export type HealthReport = z.infer<typeof HealthReport>;

/** From an agent to every controller. */
export const HealthPush = z.strictObject({
  agent: agentId,
  incarnation,
  /** Grows with each push of an agent's process, so that one that comes late is known as such. */
  sequence: z.int().min(1),
  reports: z.array(HealthReport).min(1).max(healthReportsMax),
});
export type HealthPush = z.infer<typeof HealthPush>;

/** From a controller that has heard nothing yet: tell all of it once more. */
export const HealthRecital = z.strictObject({});

/** From any controller to the holder: what has come through it? */
export const StatisticsRequest = z.strictObject({ loadBalancer: loadBalancerId });
export type StatisticsRequest = z.infer<typeof StatisticsRequest>;

export const StatisticsReply = z.discriminatedUnion('type', [
  /** A listener that is not bound is not among them. */
  z.strictObject({ type: z.literal('counted'), listeners: ListenerStatistics }),
  /** This agent does not serve it: it moved on, or has not come yet. */
  z.strictObject({ type: z.literal('elsewhere') }),
  /** Its driver counts nothing. */
  z.strictObject({ type: z.literal('unsupported') }),
  z.strictObject({ type: z.literal('failed'), message: text }),
]);
export type StatisticsReply = z.infer<typeof StatisticsReply>;
