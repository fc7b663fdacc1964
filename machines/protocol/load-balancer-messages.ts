import { z } from 'zod';
import { LoadBalancerDocument } from '../model/document.ts';
import { Operation } from '../model/operations/operation.ts';
import { deviceName } from './device-name.ts';
import { Remembered } from '../remembered.ts';
import { agentId, epoch, hostId, Seat } from './seat.ts';

/** Requests of the API to the controller that owns a load balancer's shard. */

const operationId = z.string().min(1).max(255);

export const CreateRequest = z.strictObject({ operationId, document: LoadBalancerDocument });
export const EditRequest = z.strictObject({ operationId, operation: Operation });
export const DeleteRequest = z.strictObject({ operationId, cascade: z.boolean() });

/** An operator wants it to be bound to this agent. */
export const MoveRequest = z.strictObject({ agent: agentId });

/** What was on record of who holds it, told to its owner by a controller that has read it: the store has lost that (R9). */
export const LostRecord = z.strictObject({
  lastEpoch: epoch,
  /** Null where there was none. */
  holder: Seat.extend({
    host: hostId,
    device: deviceName,
    /** Whose end was not proven when he got it (R11). */
    shadows: z.array(Seat).readonly(),
  }).nullable(),
});
export type LostRecord = z.infer<typeof LostRecord>;

/** Answered after the commit; `revision` is that of the record. */
export const WriteReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('committed'), revision: z.int().min(1) }),
  z.strictObject({
    type: z.literal('fault'),
    status: z.int(),
    message: z.string(),
    retryAfterSeconds: z.number().nullable(),
  }),
]);
export type WriteReply = z.infer<typeof WriteReply>;

/** How many recent operation ids a desired record keeps, to recognise a repeated write (R5). */
export const operationIdsMax = 32;

/** The desired record of a load balancer. */
export const DesiredRecord = z.strictObject({
  schema: z.literal(1),
  /** Names the write that made this revision. */
  write: z.string(),
  status: z.enum(['live', 'deleting']),
  generation: z.int().min(1),
  operationIds: z.array(operationId).max(operationIdsMax),
  /** The driver's own name: what the provider meant when it was created. */
  driver: z.string(),
  document: LoadBalancerDocument,
});
export type DesiredRecord = z.infer<typeof DesiredRecord>;

/** How many characters of desired records are remembered with what they say. */
const rememberedCharacters = 1_048_576;
const remembered = new Remembered<DesiredRecord>(rememberedCharacters);

/** Parses a desired record's text, and throws where it is none. The same text gives the same object. */
export const readDesired = (text: string): DesiredRecord =>
  remembered.read(text, () => DesiredRecord.parse(JSON.parse(text)));
