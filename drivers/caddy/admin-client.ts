import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Secrets } from '../../machines/ports/secrets.ts';
import { callDevice } from '../contract/device-call.ts';
import { DriverError, RetryableError, UnknownOutcomeError } from '../contract/errors.ts';
import type { AdminAddress } from './admin-address.ts';
import type { Answer } from './answer.ts';
import { type Authorization, type Credentials, readCredentials } from './credentials.ts';
import { detailOf, troubleOf, wordsOf } from './refusals.ts';

/** How often something is read that is cut off each time, by changes one after the other. */
const readAttemptsMax = 5;

export interface AdminClientOptions {
  readonly admin: AdminAddress;
  /** The certificates of those who vouch for it, in PEM; null: those that the system trusts. */
  readonly ca: string | null;
  readonly authorization: Authorization | null;
  readonly callTimeoutMs: number;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

/** A change that happens only if what stands at a path is still what was read there. */
export interface Write {
  readonly method: 'PUT' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body: unknown;
  /** Null only for a PUT, which by itself changes nothing that is there. */
  readonly ifMatch: string | null;
}

/** What was read, and the condition for changing it. */
export interface Read {
  readonly value: unknown;
  readonly etag: string;
}

/** Calls to a Caddy's admin API. */
export class AdminClient {
  readonly #options: AdminClientOptions;

  constructor(options: AdminClientOptions) {
    this.#options = options;
  }

  get admin(): AdminAddress {
    return this.#options.admin;
  }

  /** What stands at the path, null where nothing does; undefined where not even its parent is there. */
  async read(path: string): Promise<Read | undefined> {
    const answer = await this.#readOnly({ method: 'GET', path });
    const { status, etag } = answer;
    if (status === 400 && answer.body.includes('invalid traversal path')) return undefined;
    // A web server in the admin API's place would say 200 to everything.
    if (status !== 200 || etag === null) throw this.#stranger(answer);
    try {
      return { value: JSON.parse(answer.body) as unknown, etag };
    } catch (error) {
      const words = `${this.#device} answered what is no JSON`;
      throw new RetryableError(words, { reach: 'out of reach', cause: error });
    }
  }

  /** Its answer, whatever it says; UnknownOutcomeError where none came. */
  write({ method, path, body, ifMatch }: Write): Promise<Answer> {
    return this.#exchange({ method, path, body: JSON.stringify(body), ifMatch });
  }

  /** Whether the device understands this Caddyfile; it is not loaded. */
  async understands(caddyfile: string): Promise<boolean> {
    const call = { method: 'POST', path: '/adapt', body: caddyfile, type: 'text/caddyfile' };
    const answer = await this.#readOnly(call);
    const trouble = troubleOf(answer, this.#options.clock.wallMs());
    if (trouble !== null) throw trouble;
    return answer.status === 200;
  }

  get #device(): string {
    return `the Caddy at ${this.admin.text}`;
  }

  #stranger(answer: Answer): RetryableError {
    const trouble = troubleOf(answer, this.#options.clock.wallMs());
    if (trouble !== null) return trouble;
    const words =
      answer.status === 200
        ? 'sent no ETag: something else answers there'
        : `answered ${answer.status}: ${detailOf(answer.body)}`;
    return new RetryableError(`${this.#device} ${words}`, { reach: 'out of reach' });
  }

  /** A call that changes nothing: it is made again where a change of somebody's has cut it off. */
  async #readOnly(call: Call): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#exchange(call);
      } catch (error) {
        if (wasReset(error) && attempt < readAttemptsMax) continue;
        if (!(error instanceof UnknownOutcomeError)) throw error;
        throw new RetryableError(error.message, { reach: error.reach, cause: error });
      }
    }
  }

  async #exchange(call: Call): Promise<Answer> {
    const { authorization, secrets } = this.#options;
    if (authorization === null) return explained(await this.#send(call, null), null);
    // Anew for each call, so that a secret can be changed without a restart.
    const credentials = await readCredentials(secrets, authorization);
    const answer = await this.#send(call, credentials);
    if (answer.status === 200) return answer;
    // Out of the words as they will be shown: JSON writes some characters in a way in which no secret is found.
    const error = credentials.withoutSecrets(answer.status, wordsOf(answer.body));
    return explained({ ...answer, body: JSON.stringify({ error }) }, authorization);
  }

  #send(call: Call, credentials: Credentials | null): Promise<Answer> {
    const { clock, callTimeoutMs, admin, ca } = this.#options;
    const secure = admin.kind === 'tcp' && admin.secure;
    const request = {
      ...(admin.kind === 'unix'
        ? { socketPath: admin.socketPath }
        : { host: admin.host, port: admin.port }),
      method: call.method,
      path: call.path,
      headers: headersOf(admin, call, credentials),
      // Each change replaces the admin server, and resets connections that were kept.
      agent: false,
      ...(secure && ca !== null ? { ca } : {}),
    };
    const device = this.#device;
    const { body } = call;
    return callDevice({ request, secure, body, read: readAnswer, device, callTimeoutMs, clock });
  }
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly ifMatch?: string | null;
}

/** Each change replaces the admin server; connections that it has not read from, or not taken up yet, are reset. */
export function wasReset(error: unknown): boolean {
  const cause = error instanceof DriverError ? error.cause : null;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET';
}

/** As a list, because Node would put a host of its own in place of the empty one that a socket needs. */
function headersOf(
  admin: AdminAddress,
  { body, type, ifMatch }: Call,
  credentials: Credentials | null,
): string[] {
  const host = admin.kind === 'unix' ? '' : hostHeader(admin);
  return [
    ...['host', host, 'connection', 'close'],
    ...(credentials === null ? [] : ['authorization', credentials.header]),
    ...(body === undefined
      ? []
      : [
          ...['content-type', type ?? 'application/json'],
          ...['content-length', String(Buffer.byteLength(body))],
        ]),
    ...(ifMatch == null ? [] : ['if-match', ifMatch]),
  ];
}

function hostHeader({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Says of an answer about who this agent is what that means for whoever configured it. */
function explained(answer: Answer, authorization: Authorization | null): Answer {
  const words = detailOf(answer.body);
  if (authorization !== null && (answer.status === 401 || answer.status === 403)) {
    const why = answer.status === 401 ? 'are not accepted' : 'are not enough for this';
    return { ...answer, body: `the credentials in ${authorization.secret} ${why}: ${words}` };
  }
  if (answer.status !== 401) return answer;
  return { ...answer, body: `it asks for credentials, and no "authorization" is set: ${words}` };
}

function readAnswer(response: IncomingMessage, body: string): Answer {
  return {
    status: response.statusCode ?? 0,
    body,
    // It is known only after the last byte, and so comes behind it.
    etag: response.trailers['etag'] ?? null,
    retryAfter: response.headers['retry-after'] ?? null,
  };
}
