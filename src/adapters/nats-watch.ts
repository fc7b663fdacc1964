import { z } from 'zod';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Subscription } from '../ports/bus.ts';
import type { StoreChange, Watch } from '../ports/store.ts';
import { readApi, readFailure, StreamInfo, storeTimeoutMs } from './jetstream-api.ts';
import type { NatsBus } from './nats-bus.ts';
import type { WireMessage } from './wire-message.ts';

/** The server says this often that nothing has changed … */
export const watchHeartbeatMs = 1_000;
/** … and when it has said nothing at all for this long, the watch begins anew. */
export const watchSilenceMs = 3_000;
/**
 * Backoff between beginnings: from, and at most. Nothing is written before a watch has begun anew, and while the
 * servers elect a leader, each beginning takes as long as a question that nobody answers.
 */
const retryMs = 100;
const retryMaxMs = 1_000;
/** How long the server keeps a consumer whose watcher is gone. */
const abandonedMs = 10_000;

const statusControl = 100;
const nanosPerMs = 1_000_000;

const ConsumerInfo = z.object({ name: z.string(), num_pending: z.int().min(0) });
const Deleted = z.object({ success: z.boolean() });

export interface NatsWatchOptions {
  readonly bus: NatsBus;
  readonly bucket: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (change: StoreChange) => void;
  readonly onReady: (revision: number) => void;
  readonly onRewound: () => void;
}

/** One consumer on the server and the inbox that it delivers to; replaced as a whole. */
interface Session {
  readonly subscription: Subscription;
  /** The server's name for the consumer, once known. */
  consumer: string | null;
  /** The consumer's count of deliveries; a gap means that something was lost on the way. */
  delivered: number;
  /** Its first delivery has to be the last one that the session before it had seen. */
  readonly resumes: boolean;
}

/**
 * A watch that never goes blind. The client library's own notices a lost consumer only after half
 * a minute or more; this one has its consumer send heartbeats each second, and after silence, a
 * gap or a reconnect it takes a new consumer, which begins with the last message seen. Where that one
 * is not there any more, it was written over, or the bucket has lost it: then all is told again.
 * After a reconnect, and where it tells all again, it says when it has told everything; until then it is not current.
 */
export class NatsWatch implements Watch {
  readonly #options: NatsWatchOptions;
  readonly #status: Subscription;
  #session: Session | null = null;
  #timer: Timer | null = null;
  #heardMs = 0;
  #attempts = 0;
  #lastRevision = 0;
  /** When the bucket took that one: a lost revision is given again, but not at the same nanosecond. */
  #lastTime = '';
  #ready = false;
  /** Since the connection broke last, or the bucket went back, has everything been told? */
  #current = true;
  #stopped = false;
  /** Keys whose values were told before the watch was ready; only their removals are news. */
  #initialKeys = new Set<string>();
  /** While all is told again, a removal may be news, whatever was told before it. */
  #rewinding = false;

  constructor(options: NatsWatchOptions) {
    this.#options = options;
    this.#status = options.bus.onStatus((status) => {
      if (status === 'connected') this.#restart('the bus is connected again', 0);
      else {
        this.#current = false;
        this.#disarm();
      }
    });
    this.#begin();
  }

  /** May one write, or confirm a read, by what it has told? */
  get current(): boolean {
    return this.#current;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#status.unsubscribe();
    this.#disarm();
    this.#endSession();
  }

  #begin(): void {
    this.#timer = null;
    if (this.#options.bus.status() !== 'connected') return; // The reconnect begins it.
    const inbox = this.#options.bus.inbox();
    const session: Session = {
      subscription: this.#options.bus.listen(inbox, (message) => this.#receive(session, message)),
      consumer: null,
      delivered: 0,
      resumes: this.#lastRevision > 0,
    };
    this.#session = session;
    this.#open(session, inbox).catch((error: unknown) => {
      if (this.#session === session) this.#restart(String(error));
    });
  }

  async #open(session: Session, inbox: string): Promise<void> {
    const { bucket, log } = this.#options;
    const stream = await this.#call(`STREAM.INFO.KV_${bucket}`, {}, StreamInfo);
    if (this.#session !== session) return;
    if (stream.state.last_seq < this.#lastRevision) {
      log.error(
        { seen: this.#lastRevision, now: stream.state.last_seq },
        'The bucket went back in time (restored, made anew, or without its last writes).',
      );
      this.#rewind();
      return;
    }
    const info = await this.#call(
      `CONSUMER.CREATE.KV_${bucket}`,
      { stream_name: `KV_${bucket}`, config: this.#consumer(inbox) },
      ConsumerInfo,
    );
    session.consumer = info.name;
    if (this.#session !== session) {
      this.#deleteConsumer(info.name);
      return;
    }
    this.#hear();
    if (info.num_pending > 0 || session.delivered > 0) return;
    if (session.resumes) this.#rewind();
    else this.#becomeReady();
  }

  /** With a history of one, everything from a revision on is the newest value of each key. */
  #consumer(inbox: string): object {
    return {
      deliver_subject: inbox,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: Math.max(1, this.#lastRevision),
      ack_policy: 'none',
      max_deliver: 1,
      filter_subject: `$KV.${this.#options.bucket}.>`,
      flow_control: true,
      idle_heartbeat: watchHeartbeatMs * nanosPerMs,
      inactive_threshold: abandonedMs * nanosPerMs,
      mem_storage: true,
      num_replicas: 1,
    };
  }

  #receive(session: Session, message: WireMessage): void {
    if (this.#session !== session) return;
    if (message.status === statusControl) this.#control(session, message);
    else if (message.status === 0) this.#deliver(session, message);
    else this.#restart(`the server ended the consumer with status ${message.status}`);
  }

  #control(session: Session, message: WireMessage): void {
    this.#hear();
    const stalled = message.header('Nats-Consumer-Stalled');
    const flowReply = message.replyTo === '' ? stalled : message.replyTo;
    if (flowReply !== '') {
      this.#options.bus.send(flowReply, '');
      return;
    }
    const sent = Number(message.header('Nats-Last-Consumer'));
    if (sent !== session.delivered) {
      this.#restart(`${sent} messages were sent and ${session.delivered} came`);
    } else if (session.resumes && sent === 0) this.#rewind();
    else this.#becomeReady();
  }

  #deliver(session: Session, message: WireMessage): void {
    this.#hear();
    const position = readPosition(message.replyTo);
    if (position === null || position.delivered !== session.delivered + 1) {
      this.#restart('a message is missing');
      return;
    }
    session.delivered = position.delivered;
    if (session.resumes && position.delivered === 1) {
      const { revision, time } = position;
      if (revision !== this.#lastRevision || time !== this.#lastTime) {
        this.#rewind();
        return;
      }
    }
    if (position.revision > this.#lastRevision) {
      this.#lastRevision = position.revision;
      this.#lastTime = position.time;
      this.#tell(message, position);
    }
    if (position.pending === 0) this.#becomeReady();
  }

  #tell(message: WireMessage, { revision, pending }: Position): void {
    const told = { revision, ...(pending > 0 ? { behind: true as const } : {}) };
    const key = message.subject.slice(`$KV.${this.#options.bucket}.`.length);
    if (message.header('KV-Operation') === '') {
      if (!this.#ready) this.#initialKeys.add(key);
      this.#options.onChange({ type: 'put', key, value: message.data, ...told });
    } else if (this.#ready || this.#rewinding || this.#initialKeys.delete(key)) {
      this.#options.onChange({ type: 'removed', key, ...told });
    }
  }

  #becomeReady(): void {
    this.#attempts = 0;
    if (this.#stopped || (this.#ready && this.#current)) return;
    this.#ready = true;
    this.#rewinding = false;
    this.#initialKeys.clear();
    // Before it is said, because what is missing may be written again at once.
    this.#current = true;
    this.#options.onReady(this.#lastRevision);
  }

  /** What was seen last is not there any more: everything is told again, from the beginning. */
  #rewind(): void {
    this.#lastRevision = 0;
    this.#lastTime = '';
    this.#ready = false;
    this.#current = false;
    this.#rewinding = true;
    this.#options.onRewound();
    this.#restart('the last revision that was seen is not there any more', 0);
  }

  /** The server was heard: the silence begins again. */
  #hear(): void {
    this.#heardMs = this.#options.clock.monotonicMs();
    // One timer for all that is heard meanwhile: there may be thousands of changes a second.
    if (this.#timer === null) this.#listen(watchSilenceMs);
  }

  #listen(forMs: number): void {
    this.#arm(forMs, () => {
      const leftMs = this.#heardMs + watchSilenceMs - this.#options.clock.monotonicMs();
      if (leftMs > 0) this.#listen(leftMs);
      else this.#restart(`silence for ${watchSilenceMs} ms`);
    });
  }

  #restart(why: string, waitMs: number = backoffMs(this.#attempts, retryMs, retryMaxMs)): void {
    if (this.#stopped) return;
    this.#options.log.info({ why, waitMs, seen: this.#lastRevision }, 'The watch begins anew.');
    this.#attempts += 1;
    this.#endSession();
    this.#arm(waitMs, () => this.#begin());
  }

  #endSession(): void {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    session.subscription.unsubscribe();
    if (session.consumer !== null) this.#deleteConsumer(session.consumer);
  }

  /** Best effort: the server drops an abandoned consumer by itself after a while. */
  #deleteConsumer(name: string): void {
    if (this.#options.bus.status() !== 'connected') return;
    const { bucket, log } = this.#options;
    this.#call(`CONSUMER.DELETE.KV_${bucket}.${name}`, {}, Deleted).catch((error: unknown) => {
      log.debug({ error: String(error) }, 'An old consumer could not be deleted.');
    });
  }

  async #call<T>(api: string, body: object, schema: z.ZodType<T>): Promise<T> {
    const { bus } = this.#options;
    const message = await bus
      .exchange(`$JS.API.${api}`, JSON.stringify(body), storeTimeoutMs)
      .catch((error: unknown) => {
        throw readFailure(api, error);
      });
    const answer = readApi(api, message, schema);
    if (answer === null) throw new Error(`${api}: not found`);
    return answer;
  }

  #arm(delayMs: number, run: () => void): void {
    this.#disarm();
    this.#timer = this.#options.clock.setTimer(delayMs, run);
  }

  #disarm(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}

/** Where in the stream a delivery is. */
interface Position {
  readonly revision: number;
  /** The stream's own time for it, in nanoseconds: too long for a number. */
  readonly time: string;
  /** How many messages the consumer has delivered, this one included. */
  readonly delivered: number;
  /** How many it has not yet delivered. */
  readonly pending: number;
}

/** The reply subject of a delivery ends with these numbers; an account and domain may precede. */
function readPosition(replyTo: string): Position | null {
  const tokens = replyTo.split('.');
  const first = tokens.length === 9 ? 5 : 7;
  const time = tokens[first + 2] ?? '';
  const [revision, delivered, , pending] = tokens.slice(first).map(Number);
  if (!replyTo.startsWith('$JS.ACK.') || tokens.length < 9) return null;
  if (revision === undefined || delivered === undefined || pending === undefined) return null;
  return [revision, delivered, pending].every(Number.isInteger)
    ? { revision, delivered, time, pending }
    : null;
}
