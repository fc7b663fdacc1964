import { z } from 'zod';

export const agentId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'an agent id is 1 to 63 of a-z, 0-9 and -');
export const hostId = agentId;
export const epoch = z.int().min(0);
export const generation = z.int().min(0);

/**
 * How far above the last issued epoch a claim is believed. A store that lost its newest writes is
 * that far behind at most; anything beyond is a broken agent, or one that lies to exhaust the numbers.
 */
export const epochsAheadMax = 1_000_000;
/** How far above the newest generation on record one is believed, for the same reasons. */
export const generationsAheadMax = 1_000_000;

/** The holder of what does not exist any more, or is not known; no agent may have this id. */
export const nobody = 'nobody';

/** Grows at each start of the agent and whenever a judge has declared the old one dead. */
export const incarnation = z.int().min(1);

/**
 * Who holds a role for a load balancer. An epoch is issued once and never means another holder
 * (rule R1 of docs/binding.md).
 */
export const Seat = z.strictObject({ agent: agentId, incarnation, epoch });
export type Seat = z.infer<typeof Seat>;

export function sameSeat(a: Seat | null, b: Seat | null): boolean {
  if (a === null || b === null) return a === b;
  return a.epoch === b.epoch && a.agent === b.agent && a.incarnation === b.incarnation;
}
