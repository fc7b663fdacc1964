import { z } from 'zod';
import { Rejected } from '../../machines/load-balancer/context.ts';
import { type DesiredRecord, readDesired } from '../../machines/protocol/load-balancer-messages.ts';
import { Seat } from '../../machines/protocol/seat.ts';

/** What checkers read of a binding record. */
const BindingRecord = z.object({
  snapshot: z.object({
    value: z.unknown(),
    context: z.object({
      driver: z.string(),
      reschedulable: z.boolean(),
      queued: z.boolean(),
      generation: z.number(),
      status: z.enum(['live', 'deleting']),
      binding: Seat.nullable(),
      standby: Seat.nullable(),
      lastEpoch: z.number(),
      shadows: z.array(Seat),
      host: z.string().nullable(),
      zone: z.string().nullable(),
      replaced: Seat.nullable(),
      appliedEpoch: z.number(),
      appliedGeneration: z.number(),
      waitingSince: z.number().nullable(),
      reason: z.string().nullable(),
      rejected: z.array(Rejected),
    }),
  }),
});

/** Of a desired record, however many there are: the runtime's own schema reads no more than are allowed. */
const OperationIds = z.object({ operationIds: z.array(z.string()) });

/** What checkers read of an agent's record, and of what judges tell each other. */
const LivenessContext = z.object({
  incarnation: z.number(),
  reason: z.string().nullable(),
  flapping: z.object({ until: z.number() }).nullable().default(null),
  restart: z.object({ forMs: z.number(), until: z.number() }).nullable(),
  keptUntil: z.number().default(0),
  description: z
    .object({
      host: z.string(),
      zone: z.string().nullable(),
      capacity: z.number().nullable(),
      devices: z.array(z.object({ device: z.string(), lost: z.string().nullable() })),
    })
    .nullable(),
});
const LivenessRecord = z.object({
  snapshot: z.object({ value: z.string(), context: LivenessContext }),
});
const Verdict = z.object({ agent: z.string(), state: z.string(), context: LivenessContext });

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

const readBinding = reader(BindingRecord);
const readLiveness = reader(LivenessRecord);
const readOperationIds = reader(OperationIds);
const readWrite = reader(z.object({ write: z.string() }));

export type BindingSnapshot = z.infer<typeof BindingRecord>['snapshot'];
export type LivenessSnapshot = z.infer<typeof LivenessRecord>['snapshot'];

export const bindingOf = (value: string): BindingSnapshot => readBinding(value).snapshot;
/** By which write it came to be. */
export const writeOf = (value: string): string => readWrite(value).write;
export const seatsOf = (value: string): Seats => bindingOf(value).context;
export const livenessOf = (value: string): LivenessSnapshot => readLiveness(value).snapshot;
export const verdictOf: (data: string) => z.infer<typeof Verdict> = reader(Verdict);
export const desiredOf: (value: string) => DesiredRecord = readDesired;
export const operationIdsOf = (value: string): readonly string[] =>
  readOperationIds(value).operationIds;
export const commandOf: (data: string) => z.infer<typeof SentCommand> = reader(SentCommand);
