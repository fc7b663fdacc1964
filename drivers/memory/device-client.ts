import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import type { Clock } from '../../machines/ports/clock.ts';
import { RetryableError, UnknownOutcomeError } from '../contract/errors.ts';
import { bodyToError, ErrorBody } from './device-protocol.ts';

/** Connections at once to one device. */
const socketsMax = 32;

export interface DeviceClientOptions {
  readonly url: string;
  /** How long one call may take. */
  readonly callTimeoutMs: number;
  readonly clock: Clock;
}

/** Calls to a memory device over kept-alive loopback connections. */
export class DeviceClient {
  readonly agent = new Agent({ keepAlive: true, maxSockets: socketsMax });
  readonly #options: DeviceClientOptions;
  /** Read from the URL once and not for each call. */
  readonly #server: { readonly host: string; readonly port: string };

  constructor(options: DeviceClientOptions) {
    this.#options = options;
    const { hostname, port } = new URL(options.url);
    // An IPv6 address stands in brackets in a URL only.
    this.#server = { host: hostname.replace(/^\[|\]$/g, ''), port };
  }

  /** A call that changes nothing: however it fails, it may be made again. */
  async read<T>(path: string, body: object | null, schema: z.ZodType<T>): Promise<T> {
    try {
      return await this.write(path, body, schema);
    } catch (error) {
      if (!(error instanceof UnknownOutcomeError)) throw error;
      throw new RetryableError(error.message, { cause: error });
    }
  }

  /** A call whose answer may get lost after it was carried out: UnknownOutcomeError. */
  async write<T>(path: string, body: object | null, schema: z.ZodType<T>): Promise<T> {
    const { status, json } = await this.#exchange(path, body);
    if (status === 200) return schema.parse(json);
    throw bodyToError(ErrorBody.parse(json));
  }

  close(): void {
    this.agent.destroy();
  }

  async #exchange(path: string, body: object | null): Promise<{ status: number; json: unknown }> {
    const { clock, callTimeoutMs, url } = this.#options;
    const bytes = body === null ? null : Buffer.from(JSON.stringify(body));
    const request = httpRequest({
      ...this.#server,
      path,
      method: bytes === null ? 'GET' : 'POST',
      agent: this.agent,
      headers:
        bytes === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': bytes.byteLength },
    });
    const sent = noteSending(request);
    const timer = clock.setTimer(callTimeoutMs, () =>
      request.destroy(new Error(`no answer within ${callTimeoutMs} ms`)),
    );
    try {
      const response = await respond(request, bytes);
      return { status: response.status, json: JSON.parse(response.body) as unknown };
    } catch (error) {
      throw failure(error, url, sent());
    } finally {
      clock.clearTimer(timer);
    }
  }
}

/** Whether the request had a connected socket to leave by: from then on it may have arrived. */
function noteSending(request: ClientRequest): () => boolean {
  let connected = false;
  request.once('socket', (socket) => {
    if (!socket.connecting) connected = true;
    else socket.once('connect', () => (connected = true));
  });
  return () => connected;
}

async function respond(
  request: ClientRequest,
  bytes: Buffer | null,
): Promise<{ status: number; body: string }> {
  const response = await new Promise<Parameters<typeof text>[0] & { statusCode?: number }>(
    (resolve, reject) => {
      request.once('response', resolve);
      // Stays for good: a socket may fail once more after its answer has come.
      request.on('error', reject);
      request.end(bytes ?? undefined);
    },
  );
  return { status: response.statusCode ?? 0, body: await text(response) };
}

function failure(error: unknown, url: string, sent: boolean): Error {
  const words = error instanceof Error ? error.message : String(error);
  if (!sent) return new RetryableError(`the device at ${url} can't be reached: ${words}`);
  return new UnknownOutcomeError(`the device at ${url} did not answer: ${words}`);
}
