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

/** What was asked for, or why it was refused. */
type Answered<T> =
  | { readonly answer: T; readonly refusal: null }
  | { readonly answer: null; readonly refusal: object };

const parseJson = (text: string): unknown => JSON.parse(text);

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
  read<T>(path: string, body: object | null, schema: z.ZodType<T>): Promise<T> {
    return repeatable(this.write(path, body, schema));
  }

  /** The same, of an answer that is more than JSON. */
  readText<T>(path: string, body: object | null, read: (text: string) => T): Promise<T> {
    return repeatable(this.#answerTo(path, body, read));
  }

  /** A call whose answer may get lost after it was carried out: UnknownOutcomeError. */
  async write<T>(path: string, body: object | null, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await this.#answerTo(path, body, parseJson));
  }

  close(): void {
    this.agent.destroy();
  }

  async #answerTo<T>(path: string, body: object | null, read: (text: string) => T): Promise<T> {
    const { answer, refusal } = await this.#exchange(path, body, read);
    if (refusal !== null) throw bodyToError(ErrorBody.parse(refusal));
    return answer;
  }

  #exchange<T>(path: string, body: object | null, read: (text: string) => T): Promise<Answered<T>> {
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
      read: ({ statusCode }, received): Answered<T> =>
        statusCode === 200
          ? { answer: read(received), refusal: null }
          : { answer: null, refusal: parseJson(received) as object },
      device: `the device at ${url}`,
      callTimeoutMs,
      clock,
    });
  }
}

async function repeatable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof UnknownOutcomeError)) throw error;
    throw new RetryableError(error.message, { reach: error.reach, cause: error });
  }
}
