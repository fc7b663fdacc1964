import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import { RetryableError } from '../contract/errors.ts';
import { Claims } from './claims.ts';
import type { DeviceConnection } from './connection.ts';
import type { MemoryNotice } from './device.ts';
import { DeviceClient } from './device-client.ts';
import { digestOf } from './digest.ts';
import {
  AppliedBody,
  MarkerBody,
  NoticeLine,
  ObservedBody,
  ProbeBody,
  StatisticsBody,
} from './device-protocol.ts';
import { SurveyReader } from './survey-lines.ts';

const reconnectFromMs = 50;
const reconnectMostMs = 2_000;

/** Under this one nobody can have written anything yet. */
const firstEpoch = 1;

export interface HttpConnectionOptions {
  readonly url: string;
  readonly callTimeoutMs: number;
  readonly agent: string;
  readonly clock: Clock;
  readonly log: Log;
}

type Notify = (notice: MemoryNotice) => void;

/** A connection to a memory device in another process. */
export function httpConnection(options: HttpConnectionOptions): DeviceConnection {
  const client = new DeviceClient(options);
  const { agent } = options;
  const observe: DeviceConnection['observe'] = (id) =>
    client.read('/observe', { agent, id }, ObservedBody);
  const notices = new NoticeStream(options, observe);
  const surveys = new SurveyReader();
  /** What was written by this connection: what else the device has of it is known to be older. */
  const written = new Set<string>();
  const claims = new Claims(client, options);
  return {
    async apply(target) {
      const { id, epoch, generation, document } = target;
      const body = { agent, id, epoch, generation, document };
      const mayHaveIt = epoch > firstEpoch && !written.has(id);
      const claimed = mayHaveIt ? await claims.claim(target) : null;
      const applied = claimed ?? (await client.write('/apply', body, AppliedBody));
      written.add(id);
      const { marker, etag, operating } = applied;
      surveys.expect({ id, marker, running: true, etag, operating });
      notices.note(id, applied.operating);
      return applied;
    },
    remove({ id, epoch, generation }) {
      written.delete(id);
      notices.forget(id);
      return client.write('/remove', { agent, id, epoch, generation }, MarkerBody);
    },
    observe,
    survey: () => client.readText('/survey', { agent }, (text) => surveys.read(text)),
    prepare: (document) => void digestOf(document),
    watch: (id, notify) => notices.watch(id, notify),
    present: (id, tell) => notices.present(id, tell),
    statistics: (id) => client.read('/statistics', { agent, id }, StatisticsBody),
    async probe() {
      try {
        return await client.read('/probe', null, ProbeBody);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        return { reachable: false, reason: error.message, retryAfterMs: error.retryAfterMs };
      }
    },
    close() {
      notices.close();
      client.close();
    },
  };
}

/** All notices of one device over one connection: it is open before there is anything to be watched. */
class NoticeStream {
  readonly #options: HttpConnectionOptions;
  readonly #observe: DeviceConnection['observe'];
  readonly #watchers = new Map<string, Set<Notify>>();
  /** What was last told while the stream was open, so that nobody has to ask again. */
  readonly #known = new Map<string, OperatingReport>();
  #request: ReturnType<typeof httpRequest> | null = null;
  #reconnect: Timer | null = null;
  #isOpen = false;
  #failures = 0;
  #closed = false;

  constructor(options: HttpConnectionOptions, observe: DeviceConnection['observe']) {
    this.#options = options;
    this.#observe = observe;
    this.#connect();
  }

  watch(id: string, notify: Notify): () => void {
    const watcher: Notify = (notice) => notify(notice);
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
  }

  present(id: string, tell: (operating: OperatingReport) => void): void {
    // Before it is open, nothing need be asked: then everything is looked at.
    if (!this.#isOpen) return;
    const known = this.#known.get(id);
    if (known === undefined) this.#catchUp(id);
    else tell(known);
  }

  note(id: string, operating: OperatingReport): void {
    if (this.#isOpen) this.#known.set(id, operating);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  close(): void {
    this.#closed = true;
    if (this.#reconnect !== null) this.#options.clock.clearTimer(this.#reconnect);
    this.#request?.destroy();
    this.#watchers.clear();
  }

  #connect(): void {
    this.#reconnect = null;
    const request = httpRequest(new URL('/notices', this.#options.url));
    this.#request = request;
    request.once('response', (response) => {
      this.#failures = 0;
      const lines = createInterface({ input: response });
      lines.once('line', () => {
        this.#isOpen = true;
        for (const id of this.#watchers.keys()) this.#catchUp(id);
      });
      lines.on('line', (line) => this.#read(line));
      // A stream that breaks ends with 'close' too; its error tells nothing more.
      lines.on('error', () => undefined);
      response.on('error', () => undefined);
    });
    request.on('error', (error) => {
      this.#options.log.debug({ error: error.message }, 'the stream of device notices broke');
    });
    request.once('close', () => this.#retry());
    request.end();
  }

  #retry(): void {
    this.#request = null;
    this.#isOpen = false;
    this.#known.clear();
    if (this.#closed) return;
    const waitMs = backoffMs(this.#failures, reconnectFromMs, reconnectMostMs);
    this.#failures += 1;
    this.#reconnect = this.#options.clock.setTimer(waitMs, () => this.#connect());
  }

  #read(line: string): void {
    if (line === '') return;
    const { id, notice } = NoticeLine.parse(JSON.parse(line));
    this.#tell(id, notice);
  }

  #tell(id: string, notice: MemoryNotice): void {
    if (notice.type === 'status') this.note(id, notice.operating);
    for (const watcher of [...(this.#watchers.get(id) ?? [])]) watcher(notice);
  }

  /** What went down, or changed, while nobody listened is told now. */
  #catchUp(id: string): void {
    this.#observe(id).then(
      (observed) => {
        if (observed === null || observed.marker.removed) return;
        if (!observed.running) {
          this.#tell(id, { type: 'down', reason: 'it went down while the device was cut off' });
        }
        this.#tell(id, { type: 'status', operating: observed.operating });
      },
      (error: unknown) => {
        // The stream breaks with the device, and its next connection looks again.
        this.#options.log.debug({ id, error: String(error) }, 'can not catch up with a device');
      },
    );
  }
}
