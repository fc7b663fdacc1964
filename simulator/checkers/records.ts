import { z } from 'zod';
import { DesiredRecord } from '../../machines/protocol/load-balancer-messages.ts';
import { Seat } from '../../machines/protocol/seat.ts';

/** What checkers read of a binding record. */
const BindingRecord = z.object({
  snapshot: z.object({
    context: z.object({ binding: Seat.nullable(), standby: Seat.nullable() }),
  }),
});

/** What checkers read of a command; that the rest of it can be read, its receiver sees to. */
const SentCommand = z.object({
  loadBalancer: z.string(),
  epoch: z.number(),
  incarnation: z.number(),
  generation: z.number(),
  status: z.enum(['live', 'deleting']),
});

export interface Seats {
  readonly binding: Seat | null;
  readonly standby: Seat | null;
}

/** How many texts are remembered with what they say; every one is looked at several times at once. */
const remembered = 1_024;

/** Reads texts by a schema, each one once. */
function reader<T>(schema: z.ZodType<T>): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = schema.parse(JSON.parse(text));
      if (known.size === remembered) known.clear();
      known.set(text, value);
    }
    return value;
  };
}

const bindingOf = reader(BindingRecord);

export const seatsOf = (value: string): Seats => bindingOf(value).snapshot.context;
export const desiredOf: (value: string) => DesiredRecord = reader(DesiredRecord);
export const commandOf: (data: string) => z.infer<typeof SentCommand> = reader(SentCommand);
