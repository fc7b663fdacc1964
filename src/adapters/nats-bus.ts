import {
  connect,
  createInbox,
  headers as natsHeaders,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  PermissionViolationError,
} from 'nats';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import {
  type Bus,
  type BusMessage,
  type BusStatus,
  BusUnavailable,
  NoResponders,
  type Subscription,
} from '../ports/bus.ts';
import { whyNotServer } from '../nats-server/connected-server.ts';
import {
  pingIntervalMs,
  pingsOutMax,
  pingSubject,
  reconnectJitterMs,
  reconnectWaitMs,
} from './client-pace.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { connectPatiently } from './connect-patiently.ts';
import { drainConnection } from './drain-connection.ts';
import { NextServer } from './next-server.ts';
import { assertPayload } from './payload.ts';
import { PendingRequests } from './pending-requests.ts';
import { ServerProof } from './server-proof.ts';
import {
  Answerable,
  ReceivedMessage,
  type WireMessage,
  type WireSubscription,
} from './wire-message.ts';

/** A handler that keeps the process this long delays every heartbeat behind it. */
export const slowHandlerMs = 100;

const noRespondersStatus = 503;

export interface NatsBusOptions {
  /** Such as `nats://127.0.0.1:4222`; several are tried in turn. */
  readonly servers: readonly string[];
  /** As the controllers will read it in advisories; see machines/protocol/subjects.ts. */
  readonly name: string;
  /** The user's nkey seed (`SU…`). Never logged. */
  readonly nkeySeed?: string;
  readonly user?: string;
  readonly password?: string;
  /** The prefix under which this user may subscribe to replies. */
  readonly inboxPrefix: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'connectTimeoutMs' | 'ackTimeoutMs'>;
  /** Use a cluster of servers, too, that may lose what it has acknowledged; not without it. */
  readonly allowOldCluster?: boolean;
  /** Ends the wait for the first connection. */
  readonly signal?: AbortSignal;
  /** How long to wait for the first connection; without it, for ever. */
  readonly connectDeadlineMs?: number;
}

/**
 * Connects, waiting for a server while none answers. Rejects with BusUnavailable at the deadline,
 * with the signal's reason, or at once when a server refuses the credentials or is too old.
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<NatsBus> {
  const next = new NextServer();
  const attempt = () => connect(connectionOptions(options, next));
  const connection = await connectPatiently(attempt, options);
  const problem = whyNotConnected(connection, options);
  if (problem === null) return new NatsBus(connection, options, next);
  await connection.close();
  throw new BusUnavailable(`${options.name} can't work with ${problem}`);
}

function whyNotConnected(
  { info }: NatsConnection,
  { allowOldCluster = false }: Pick<NatsBusOptions, 'allowOldCluster'>,
): string | null {
  return info === undefined ? null : whyNotServer(info, { allowOldCluster });
}

function connectionOptions(options: NatsBusOptions, next: NextServer): NodeConnectionOptions {
  return {
    servers: [...options.servers],
    name: options.name,
    inboxPrefix: options.inboxPrefix,
    timeout: options.timings.connectTimeoutMs,
    reconnectTimeWait: reconnectWaitMs,
    reconnectJitter: reconnectJitterMs,
    maxReconnectAttempts: -1,
    reconnectToServer: next.choose,
    pingInterval: pingIntervalMs,
    maxPingOut: pingsOutMax,
    // An operator who takes a user away and gives it back must not have to restart its process.
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    ...(options.nkeySeed === undefined
      ? {}
      : { authenticator: nkeyAuthenticator(new TextEncoder().encode(options.nkeySeed)) }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.password === undefined ? {} : { pass: options.password }),
  };
}

/**
 * The bus over NATS. Requests have an inbox of their own rather than the client library's, because
 * that one lets them wait for their timeout when the connection breaks. A request that was pending
 * then fails at once with RequestTimeout: it may have been delivered, so BusUnavailable ("it did
 * not leave") would be a lie.
 */
export class NatsBus implements Bus {
  /** For the store's adapter only. */
  readonly connection: NatsConnection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #inboxPrefix: string;
  readonly #replies: string;
  readonly #requests: PendingRequests<WireMessage>;
  readonly #listeners = new Set<(status: BusStatus) => void>();
  readonly #cluster: ClusterWatch;
  readonly #proof: ServerProof;
  readonly #whyNot: () => string | null;
  #status: BusStatus = 'connected';
  #closing = false;

  constructor(connection: NatsConnection, options: NatsBusOptions, next: NextServer) {
    this.connection = connection;
    this.#clock = options.clock;
    // Whoever gets no answer has the server prove itself: agents by their heartbeats, judges by pings.
    this.#requests = new PendingRequests(options.clock, (subject) => this.#proof.doubt(subject));
    this.#log = options.log.child({ connection: options.name });
    this.#inboxPrefix = options.inboxPrefix;
    this.#replies = `${this.inbox()}.`;
    this.#whyNot = () => whyNotConnected(connection, options);
    this.#cluster = new ClusterWatch({ connection, clock: this.#clock, log: this.#log });
    this.#proof = new ServerProof({
      clock: options.clock,
      log: this.#log,
      timeoutMs: options.timings.ackTimeoutMs,
      flush: () => connection.flush(),
      leave: () => {
        next.leave(connection.getServer());
        return connection.reconnect();
      },
    });
    this.listen(`${this.#replies}*`, (message) => this.#settle(message));
    this.#follow().catch((error: unknown) => {
      this.#log.error({ err: error }, 'The connection is no longer watched.');
    });
    this.#log.info({ server: connection.getServer() }, 'Connected to NATS.');
  }

  publish(subject: string, data: string): void {
    this.send(subject, data);
  }

  async request(subject: string, data: string, timeoutMs: number): Promise<string> {
    return (await this.exchange(subject, data, timeoutMs)).data;
  }

  subscribe(
    subject: string,
    handle: (message: BusMessage) => void,
    options: { queue?: string } = {},
  ): Subscription {
    return this.listen(subject, (message) => handle(new Answerable(message, this.#reply)), options);
  }

  status(): BusStatus {
    return this.#status;
  }

  onStatus(listen: (status: BusStatus) => void): Subscription {
    const own = (status: BusStatus) => listen(status);
    this.#listeners.add(own);
    return { unsubscribe: () => void this.#listeners.delete(own) };
  }

  onServerLost(listen: () => void): Subscription {
    return this.#cluster.onLost(listen);
  }

  async ping(timeoutMs: number): Promise<void> {
    this.#assertConnected(pingSubject);
    await this.#requests.begin(pingSubject, timeoutMs, (id) => {
      this.connection.flush().then(
        () => this.#requests.resolve(id, pong),
        (error: unknown) =>
          this.#requests.reject(id, new BusUnavailable('the ping failed', { cause: error })),
      );
    });
  }

  async close(): Promise<void> {
    if (this.#closing || this.#status === 'closed') return;
    this.#closing = true;
    if (this.#status === 'connected') {
      await drainConnection(this.connection, { clock: this.#clock, log: this.#log });
    }
    await this.connection.close();
    this.#become('closed');
  }

  /** A fresh inbox that this user may subscribe to. */
  inbox(): string {
    return createInbox(this.#inboxPrefix);
  }

  /** Publishes with headers; throws BusUnavailable or PayloadTooLarge. */
  send(
    subject: string,
    data: string,
    options: { replyTo?: string; headers?: Readonly<Record<string, string>> } = {},
  ): void {
    assertPayload(subject, data);
    this.#assertConnected(subject);
    try {
      this.connection.publish(subject, data, {
        ...(options.replyTo === undefined ? {} : { reply: options.replyTo }),
        ...(options.headers === undefined ? {} : { headers: encode(options.headers) }),
      });
    } catch (error) {
      throw new BusUnavailable(`nothing was sent to ${subject}`, { cause: error });
    }
  }

  /** A request with headers, answered with all that the reply carries; rejects as `request` does. */
  exchange(
    subject: string,
    data: string,
    timeoutMs: number,
    headers?: Readonly<Record<string, string>>,
  ): Promise<WireMessage> {
    return this.#requests.begin(subject, timeoutMs, (id) =>
      this.send(subject, data, {
        replyTo: `${this.#replies}${id}`,
        ...(headers === undefined ? {} : { headers }),
      }),
    );
  }

  /** A subscription that sees headers. What the handler throws is logged. */
  listen(
    subject: string,
    handle: (message: WireMessage) => void,
    options: { queue?: string } = {},
  ): WireSubscription {
    if (this.#status === 'closed') throw new BusUnavailable(`${subject}: the bus is closed`);
    const subscription = this.connection.subscribe(subject, {
      ...(options.queue === undefined ? {} : { queue: options.queue }),
      callback: (error, message) => {
        if (error === null) this.#handle(subject, message, handle);
        else this.#log.error({ subject, error: String(error) }, 'A subscription was refused.');
      },
    });
    return {
      unsubscribe: () => subscription.unsubscribe(),
      drain: async () => {
        // A server that is away sends nothing more, and would be waited for; nor does a closed connection.
        if (this.#status === 'connected') await subscription.drain().catch(() => undefined);
        else subscription.unsubscribe();
      },
    };
  }

  /** An exception must not reach the client library, whose reader would stop for good. */
  #handle(pattern: string, message: Msg, handle: (message: WireMessage) => void): void {
    const startedMs = this.#clock.monotonicMs();
    try {
      handle(receivedMessage(message));
    } catch (error) {
      this.#log.error({ subject: message.subject, err: error }, 'A message handler failed.');
    }
    const tookMs = this.#clock.monotonicMs() - startedMs;
    if (tookMs > slowHandlerMs) {
      this.#log.warn({ pattern, tookMs }, 'A slow handler keeps other messages waiting.');
    }
  }

  #settle(message: WireMessage): void {
    const id = message.subject.slice(this.#replies.length);
    if (message.status === noRespondersStatus && message.data === '') {
      const subject = this.#requests.subject(id) ?? '';
      this.#requests.reject(id, new NoResponders(`nobody listens to ${subject}`));
    } else this.#requests.resolve(id, message);
  }

  readonly #reply = (to: string, data: string): void => {
    if (to === '') return;
    assertPayload(to, data);
    try {
      this.send(to, data);
    } catch (error) {
      // The requester's timeout tells it; the handler could do no more.
      this.#log.debug({ subject: to, err: error }, 'A reply could not be sent.');
    }
  };

  async #follow(): Promise<void> {
    for await (const event of this.connection.status()) {
      if (event.type === 'disconnect') {
        this.#cluster.disconnected();
        this.#become('disconnected');
      } else if (event.type === 'update') this.#cluster.updated();
      else if (event.type === 'reconnect') this.#reconnected();
      else if (event.type === 'error') this.#complain(event.error);
      else if (event.type === 'staleConnection') {
        this.#log.warn({}, 'The NATS server does not answer pings.');
      } else if (event.type === 'ldm') {
        this.#log.warn({ server: event.server }, 'The NATS server is about to shut down.');
      }
    }
    if (!this.#closing) this.#log.error({}, 'The connection to NATS is closed for good.');
    this.#become('closed');
  }

  #reconnected(): void {
    const problem = this.#whyNot();
    if (problem !== null) this.#log.error({}, `This process goes on, although ${problem}.`);
    this.#become('connected');
    this.#cluster.reconnected();
  }

  #complain(error: Error): void {
    this.#log.error({ error: error.message }, 'The NATS server reports an error.');
    if (!(error instanceof PermissionViolationError) || error.operation !== 'publish') return;
    const { subject } = error;
    this.#requests.rejectOn(subject, new BusUnavailable(`this user may not publish to ${subject}`));
  }

  #become(status: BusStatus): void {
    if (status === this.#status || this.#status === 'closed') return;
    this.#status = status;
    if (!this.#closing) this.#log.info({ status }, `The bus is ${status}.`);
    if (status !== 'connected') this.#requests.rejectAll();
    for (const listen of this.#listeners) this.#tell(listen, status);
  }

  #tell(listen: (status: BusStatus) => void, status: BusStatus): void {
    try {
      listen(status);
    } catch (error) {
      this.#log.error({ status, err: error }, 'A listener to the status of the bus failed.');
    }
  }

  #assertConnected(subject: string): void {
    if (this.#status === 'connected') return;
    throw new BusUnavailable(`the bus is ${this.#status}: nothing was sent to ${subject}`);
  }
}

const pong = new ReceivedMessage('', '', '', undefined);

function receivedMessage(message: Msg): WireMessage {
  const { subject, reply = '', headers } = message;
  return new ReceivedMessage(subject, reply, message.string(), headers);
}

function encode(headers: Readonly<Record<string, string>>): MsgHdrs {
  const encoded = natsHeaders();
  for (const [name, value] of Object.entries(headers)) encoded.set(name, value);
  return encoded;
}
