import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import { RetryableError } from '../contract/errors.ts';
import type { DeviceConnection } from './connection.ts';
import { DeviceClient } from './device-client.ts';
import {
  AppliedBody,
  MarkerBody,
  NoticeLine,
  ObservedBody,
  ProbeBody,
  SurveyBody,
} from './device-protocol.ts';

const reconnectFromMs = 50;
const reconnectMostMs = 2_000;

export interface HttpConnectionOptions {
  readonly url: string;
  readonly callTimeoutMs: number;
  readonly agent: string;
  readonly clock: Clock;
  readonly log: Log;
}

type Notify = (notice: DeviceNotice) => void;

/** A connection to a memory device in another process. */
export function httpConnection(options: HttpConnectionOptions): DeviceConnection {
  const client = new DeviceClient(options);
  const { agent } = options;
  const observe: DeviceConnection['observe'] = (id) =>
    client.read('/observe', { agent, id }, ObservedBody);
  const notices = new NoticeStream(options, observe);
  return {
    apply: ({ id, epoch, generation, document }) =>
      client.write('/apply', { agent, id, epoch, generation, document }, AppliedBody),
    remove: ({ id, epoch, generation }) =>
      client.write('/remove', { agent, id, epoch, generation }, MarkerBody),
    observe,
    survey: () => client.read('/survey', { agent }, SurveyBody),
    watch: (id, notify) => notices.watch(id, notify),
    async probe() {
      try {
        return await client.read('/probe', null, ProbeBody);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        return { reachable: false, reason: error.message };
      }
    },
    close() {
      notices.close();
      client.close();
    },
  };
}

/** All notices of one device over one connection, opened with the first watch. */
class NoticeStream {
  readonly #options: HttpConnectionOptions;
  readonly #observe: DeviceConnection['observe'];
  readonly #watchers = new Map<string, Set<Notify>>();
  #request: ReturnType<typeof httpRequest> | null = null;
  #reconnect: Timer | null = null;
  #failures = 0;
  #closed = false;

  constructor(options: HttpConnectionOptions, observe: DeviceConnection['observe']) {
    this.#options = options;
    this.#observe = observe;
  }

  watch(id: string, notify: Notify): () => void {
    const watcher: Notify = (notice) => notify(notice);
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    if (this.#request === null && this.#reconnect === null) this.#connect();
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
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
      lines.once('line', () => this.#catchUp());
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

  #tell(id: string, notice: DeviceNotice): void {
    for (const watcher of [...(this.#watchers.get(id) ?? [])]) watcher(notice);
  }

  /** What went down while nobody listened is told now. */
  #catchUp(): void {
    for (const id of this.#watchers.keys()) {
      this.#observe(id).then(
        (observed) => {
          if (observed !== null && !observed.marker.removed && !observed.running) {
            this.#tell(id, { type: 'down', reason: 'it went down while the device was cut off' });
          }
        },
        (error: unknown) => {
          // The stream breaks with the device, and its next connection looks again.
          this.#options.log.debug({ id, error: String(error) }, 'can not catch up with a device');
        },
      );
    }
  }
}
