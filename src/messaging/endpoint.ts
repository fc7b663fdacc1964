import { z } from 'zod';
import type { Log } from '../../machines/ports/log.ts';
import { Remembered } from '../../machines/remembered.ts';
import type { Bus, BusMessage, Subscription } from '../ports/bus.ts';

/** Thrown when a reply can't be read: the other side speaks another language. */
export class MalformedReply extends Error {
  override readonly name = 'MalformedReply';
}

/** Parses JSON against a schema; returns the reason as text where it does not fit. */
export function parseMessage<T>(
  schema: z.ZodType<T>,
  data: string,
): { readonly value: T } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? { value: parsed.data } : { problem: z.prettifyError(parsed.error) };
}

export interface Endpoint<TRequest> {
  readonly bus: Bus;
  readonly log: Log;
  readonly subject: string;
  readonly schema: z.ZodType<TRequest>;
  /** The returned value is the reply; nothing is sent for `undefined`. */
  readonly handle: (
    request: TRequest,
    message: BusMessage,
  ) => Promise<object | undefined> | object | undefined;
  /** The reply to what can't be read; without it, such a message is only logged. */
  readonly malformed?: (problem: string) => object;
  readonly queue?: string;
  /** The same few texts come again and again, so each is read once. */
  readonly repetitive?: true;
}

/** How many characters of such texts are remembered by one endpoint. */
const rememberedCharacters = 16_384;

/**
 * Serves a subject: what does not fit its schema is logged with the reason and dropped, and a
 * handler that fails harms nobody but its own caller, who gets no answer.
 */
export function serve<TRequest>(endpoint: Endpoint<TRequest>): Subscription {
  const { bus, log, subject, schema, handle, malformed, queue, repetitive } = endpoint;
  const read = (data: string) => parseMessage(schema, data);
  const known =
    repetitive === true ? new Remembered<ReturnType<typeof read>>(rememberedCharacters) : null;
  const onMessage = (message: BusMessage): void => {
    const parsed = known === null ? read(message.data) : known.read(message.data, read);
    if ('problem' in parsed) {
      log.warn(
        { subject: message.subject, problem: parsed.problem },
        'a malformed message was dropped',
      );
      if (malformed !== undefined) message.reply(JSON.stringify(malformed(parsed.problem)));
      return;
    }
    answer(
      message,
      () => handle(parsed.value, message),
      (error) => {
        log.error({ subject: message.subject, err: error }, 'a message could not be handled');
      },
    );
  };
  return bus.subscribe(subject, onMessage, queue === undefined ? {} : { queue });
}

/** Sends what `handle` returns, at once where it needs no waiting; `failed` is told what it throws. */
export function answer(
  message: BusMessage,
  handle: () => Promise<object | undefined> | object | undefined,
  failed: (error: unknown) => void,
): void {
  try {
    const reply = handle();
    if (reply instanceof Promise) reply.then((late) => send(message, late)).catch(failed);
    else send(message, reply);
  } catch (error) {
    failed(error);
  }
}

function send(message: BusMessage, reply: object | undefined): void {
  if (reply !== undefined) message.reply(JSON.stringify(reply));
}

/**
 * Sends a request and parses its reply. Rejects as {@link Bus.request} does, or with
 * {@link MalformedReply}.
 */
export async function call<TReply>(
  bus: Bus,
  subject: string,
  request: object,
  reply: z.ZodType<TReply>,
  timeoutMs: number,
): Promise<TReply> {
  const data = await bus.request(subject, JSON.stringify(request), timeoutMs);
  const parsed = parseMessage(reply, data);
  if ('problem' in parsed) {
    throw new MalformedReply(`the reply on ${subject} can't be read: ${parsed.problem}`);
  }
  return parsed.value;
}
