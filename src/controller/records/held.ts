import { z } from 'zod';
import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import type { Candidate } from '../../../machines/load-balancer/events.ts';
import { epoch, Seat } from '../../../machines/protocol/seat.ts';

/** The little that matters of a binding record, whatever release has written it. */
const LastEpoch = z.object({
  snapshot: z.object({ context: z.object({ lastEpoch: epoch }) }),
});

/** And of who holds it. */
const Bound = z.object({
  snapshot: z.object({
    context: z.object({
      lastEpoch: epoch,
      binding: Seat.nullable(),
      host: z.string().nullable(),
      device: z.string().nullable().default(null),
      driver: z.string(),
      shadows: z.array(Seat).default([]),
    }),
  }),
});

/** Who held a load balancer, by a record. */
export interface Holder extends Candidate {
  readonly epoch: number;
  /** Whose end was not proven when he got it (R11). */
  readonly shadows: readonly Seat[];
}

export type Bindings = Pick<
  LoadBalancerContext,
  'lastEpoch' | 'binding' | 'host' | 'device' | 'driver' | 'shadows'
>;

/** What a record says of epochs. */
export interface Held {
  readonly lastEpoch: number;
  /** Null where there was none. */
  readonly holder: Holder | null;
}

export const unheld: Held = { lastEpoch: 0, holder: null };

/** Of two records the one that was written later; the first where that can't be told. */
export const newerOf = (one: Held, other: Held): Held =>
  other.lastEpoch > one.lastEpoch ? other : one;

export const heldBy = (context: Bindings): Held => ({
  lastEpoch: context.lastEpoch,
  holder: holderIn(context),
});

function holderIn(context: Bindings): Holder | null {
  const { binding, host, shadows } = context;
  const device = placedOn(context);
  if (binding === null || host === null || device === null) return null;
  return { ...binding, host, device, shadows };
}

/** An unreadable record tells of none; why it is unreadable, whoever owns it says. */
export function heldIn(record: string): Held {
  let value: unknown;
  try {
    value = JSON.parse(record);
  } catch {
    return unheld;
  }
  const bound = Bound.safeParse(value);
  if (bound.success) return heldBy(bound.data.snapshot.context);
  const last = LastEpoch.safeParse(value);
  return last.success ? { lastEpoch: last.data.snapshot.context.lastEpoch, holder: null } : unheld;
}
