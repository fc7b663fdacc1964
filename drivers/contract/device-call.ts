import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest, type RequestOptions as SecureOptions } from 'node:https';
import type { Clock } from '../../machines/ports/clock.ts';
import { bodyOf } from './body-of.ts';
import { RetryableError, UnknownOutcomeError } from './errors.ts';

export interface DeviceCall<T> {
  readonly request: RequestOptions | SecureOptions;
  /** By https? */
  readonly secure?: boolean;
  readonly body?: string | undefined;
  /** Makes something of the answer; an answer of which it can make nothing was none. */
  readonly read: (response: IncomingMessage, body: string) => T;
  /** What is called, for people. */
  readonly device: string;
  readonly callTimeoutMs: number;
  readonly clock: Clock;
}

/**
 * One call of a device's HTTP API. Throws RetryableError where the request can't have arrived, and
 * UnknownOutcomeError where it may have: no answer came in time, or none to the end.
 */
export async function callDevice<T>(call: DeviceCall<T>): Promise<T> {
  const { clock, callTimeoutMs, device } = call;
  const secure = call.secure === true;
  const request = secure ? httpsRequest(call.request) : httpRequest(call.request);
  const sent = noteSending(request, secure);
  const timer = clock.setTimer(callTimeoutMs, () =>
    request.destroy(new Error(`no answer within ${callTimeoutMs} ms`)),
  );
  try {
    const response = await answerTo(request, call.body);
    return call.read(response, await bodyOf(response));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const options = { reach: 'out of reach', cause: error } as const;
    if (!sent()) throw new RetryableError(`${device} can't be reached: ${words}`, options);
    throw new UnknownOutcomeError(`${device} did not answer: ${words}`, options);
  } finally {
    clock.clearTimer(timer);
  }
}

/**
 * Whether the request had a connected socket to leave by: from then on it may have arrived. By https nothing
 * leaves before the device has shown who it is.
 */
function noteSending(request: ClientRequest, secure: boolean): () => boolean {
  let connected = false;
  request.once('socket', (socket) => {
    if (secure) socket.once('secureConnect', () => (connected = true));
    else if (!socket.connecting) connected = true;
    else socket.once('connect', () => (connected = true));
  });
  return () => connected;
}

function answerTo(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays for good: a socket may fail once more after its answer has come.
    request.on('error', reject);
    request.end(body);
  });
}
