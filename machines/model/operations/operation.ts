import { z } from 'zod';
import { HealthMonitor, Listener, Member, Pool } from '../document.ts';

/**
 * One edit of a load balancer's document, as the API sends it to the owning actor. Creations carry
 * the whole new resource, ids included; updates only what changes. Generations and timestamps are
 * set where the edit is applied, so whatever a sender puts there is overwritten.
 */

const changes = z.record(z.string(), z.unknown());
const id = z.uuid();

/** One of the members that a batch asks for: as new, and what changes where the pool has it already. */
export const WantedMember = z.strictObject({ member: Member, changes });
export type WantedMember = z.infer<typeof WantedMember>;

export const Operation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('load-balancer.update'), changes }),
  z.strictObject({ type: z.literal('listener.create'), listener: Listener, pool: Pool.nullable() }),
  z.strictObject({ type: z.literal('listener.update'), id, changes }),
  z.strictObject({ type: z.literal('listener.delete'), id }),
  z.strictObject({ type: z.literal('pool.create'), pool: Pool, listenerId: id.nullable() }),
  z.strictObject({ type: z.literal('pool.update'), id, changes }),
  z.strictObject({ type: z.literal('pool.delete'), id }),
  z.strictObject({ type: z.literal('member.create'), poolId: id, member: Member }),
  z.strictObject({ type: z.literal('member.update'), poolId: id, id, changes }),
  z.strictObject({ type: z.literal('member.delete'), poolId: id, id }),
  z.strictObject({
    type: z.literal('member.batch'),
    poolId: id,
    wanted: z.array(WantedMember),
    /** Does the pool keep the members that are not among those? */
    additive: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('health-monitor.create'),
    poolId: id,
    healthmonitor: HealthMonitor,
  }),
  z.strictObject({ type: z.literal('health-monitor.update'), id, changes }),
  z.strictObject({ type: z.literal('health-monitor.delete'), id }),
]);
export type Operation = z.infer<typeof Operation>;
