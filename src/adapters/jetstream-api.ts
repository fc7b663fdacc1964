import { z } from 'zod';
import { BusUnavailable, NoResponders, RequestTimeout } from '../ports/bus.ts';
import { StoreUnavailable, UnknownOutcome } from '../ports/store.ts';
import type { WireMessage } from './wire-message.ts';

/** How long JetStream may take to answer; a repeated write is harmless, so waiting long isn't. */
export const storeTimeoutMs = 2_000;

/** JetStream's own error numbers, from the server's errors.json. */
const wrongLastSequence: readonly number[] = [10071, 10164];
const duplicateInProcess = 10158;
const storeFailed = 10077;
const messageNotFound = 10037;
const unavailableCode = 503;

const ApiError = z.object({
  code: z.int().default(0),
  err_code: z.int().default(0),
  description: z.string().default(''),
});

/** A request that JetStream refused for good, in its own words. */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError';
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** What is read of a stream's description, which its leader gives. */
export const StreamInfo = z.object({ state: z.object({ last_seq: z.int().min(0) }) });

const Failed = z.object({ error: ApiError });

const PubAck = z.union([
  Failed,
  z.object({ seq: z.int().min(0), duplicate: z.boolean().default(false) }),
]);

/** A write's committed revision; null when someone else wrote before. */
export function readPubAck(what: string, data: string): number | null {
  const ack = PubAck.safeParse(parseJson(data)).data;
  if (ack === undefined) throw new UnknownOutcome(`${what}: JetStream's answer makes no sense`);
  if ('error' in ack) {
    if (wrongLastSequence.includes(ack.error.err_code)) return null;
    throw refusal(what, ack.error);
  }
  // In a cluster, a repeated write can overtake its original, which has no sequence yet.
  if (ack.seq === 0) throw new UnknownOutcome(`${what}: the same write is still on its way`);
  return ack.seq;
}

/** One call of JetStream's own API; null when what was asked for does not exist. */
export function readApi<T>(what: string, message: WireMessage, schema: z.ZodType<T>): T | null {
  const answer: unknown = parseJson(message.data);
  const failed = Failed.safeParse(answer).data;
  if (failed !== undefined) {
    if (failed.error.err_code === messageNotFound) return null;
    throw refusal(what, failed.error);
  }
  const parsed = schema.safeParse(answer).data;
  if (parsed === undefined) {
    throw new StoreUnavailable(`${what}: JetStream's answer makes no sense`);
  }
  return parsed;
}

/** What a failed exchange means for something that was not a write: it can be asked again. */
export function readFailure(what: string, error: unknown): Error {
  const known =
    error instanceof BusUnavailable ||
    error instanceof NoResponders ||
    error instanceof RequestTimeout;
  return known
    ? new StoreUnavailable(`${what}: ${error.message}`, { cause: error })
    : (error as Error);
}

/** What a failed exchange means for a write. */
export function writeFailure(what: string, error: unknown): Error {
  if (error instanceof RequestTimeout) {
    return new UnknownOutcome(`${what}: ${error.message}`, { cause: error });
  }
  return readFailure(what, error);
}

function refusal(what: string, error: z.infer<typeof ApiError>): Error {
  const message = `${what}: ${error.description} (${error.err_code})`;
  // In a cluster, one server's disk may fail while the others have committed.
  if (error.err_code === storeFailed || error.err_code === duplicateInProcess) {
    return new UnknownOutcome(message);
  }
  if (error.code === unavailableCode) return new StoreUnavailable(message);
  return new JetStreamError(message, error.err_code);
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // No schema accepts it, and the caller's error says so.
  }
}
