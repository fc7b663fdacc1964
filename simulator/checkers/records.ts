import { z } from 'zod';
import { DesiredRecord } from '../../machines/protocol/load-balancer-messages.ts';
import { Seat } from '../../machines/protocol/seat.ts';

/** What checkers read of a binding record. */
const BindingRecord = z.object({
  snapshot: z.object({
    context: z.object({ binding: Seat.nullable(), standby: Seat.nullable() }),
  }),
});

export interface Seats {
  readonly binding: Seat | null;
  readonly standby: Seat | null;
}

export function seatsOf(value: string): Seats {
  return BindingRecord.parse(JSON.parse(value)).snapshot.context;
}

export function desiredOf(value: string): DesiredRecord {
  return DesiredRecord.parse(JSON.parse(value));
}
