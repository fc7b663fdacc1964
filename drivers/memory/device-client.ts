import { Agent } from 'node:http';
import type { z } from 'zod';
import type { Clock } from '../../machines/ports/clock.ts';
import { callDevice } from '../contract/device-call.ts';
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
      throw new RetryableError(error.message, { reach: error.reach, cause: error });
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

  #exchange(path: string, body: object | null): Promise<{ status: number; json: unknown }> {
    const { clock, callTimeoutMs, url } = this.#options;
    const text = body === null ? undefined : JSON.stringify(body);
    return callDevice({
      request: {
        ...this.#server,
        path,
        method: text === undefined ? 'GET' : 'POST',
        agent: this.agent,
        headers:
          text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      body: text,
      read: ({ statusCode = 0 }, received) => ({
        status: statusCode,
        json: JSON.parse(received) as unknown,
      }),
      device: `the device at ${url}`,
      callTimeoutMs,
      clock,
    });
  }
}
