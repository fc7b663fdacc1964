import type { Seat } from '../protocol/seat.ts';
import { type LoadBalancerContext, shadowsMax } from './context.ts';

/**
 * Rule R11 of docs/binding.md: a holder that serves under a lease may go on serving after it was
 * replaced or lost, until its end is proven. Until then it is a shadow, and nobody on another host may
 * start. On its own host the marker keeps the order, so there it stands in nobody's way; nor in its own, when
 * it is back.
 */

/** What is known of a holder's end: of the binding's, or of a shadow's. */
export interface Claimant {
  readonly agent: string;
  readonly incarnation: number;
  /** Where what it serves runs; null where that is not known, or is on no host. */
  readonly host: string | null;
  /** It is proven that this incarnation serves nothing any more, and never will again. */
  readonly ended: boolean;
}

type Holders = Pick<LoadBalancerContext, 'leased' | 'binding' | 'shadows'>;

/** Everybody who may serve it, by its record: the holder, and holders before. */
export function claimantsOf({ leased, binding, shadows }: Holders): readonly Seat[] {
  if (!leased) return [];
  return binding === null ? shadows : [binding, ...shadows];
}

/** Those whose end is not proven; one of whom nothing is known counts among them. */
export function standing(holders: Holders, claimants: readonly Claimant[]): readonly Seat[] {
  return claimantsOf(holders).filter(
    (seat) => !claimants.some((one) => one.ended && is(one, seat)),
  );
}

/** Does nobody else stand in the way of a start by this agent, but for others of its host? */
export function mayStart(
  holders: Holders,
  { agent, host }: { readonly agent: string; readonly host: string },
  claimants: readonly Claimant[],
): boolean {
  return standing(holders, claimants).every(
    (seat) => seat.agent === agent || claimants.find((one) => is(one, seat))?.host === host,
  );
}

/**
 * The shadows once this agent has the binding: whoever is not proven to have ended, but for the agent
 * itself, whose proof will be one for all that it was before.
 */
export function shadowsBehind(
  holders: Holders,
  agent: string,
  claimants: readonly Claimant[],
): Seat[] {
  return standing(holders, claimants).filter((seat) => seat.agent !== agent);
}

/** A record keeps so many: where there is no room, nothing moves until somebody is proven to have ended. */
export function hasRoom(holders: Holders, agent: string, claimants: readonly Claimant[]): boolean {
  return shadowsBehind(holders, agent, claimants).length <= shadowsMax;
}

function is(one: Pick<Seat, 'agent' | 'incarnation'>, seat: Seat): boolean {
  return one.agent === seat.agent && one.incarnation === seat.incarnation;
}
