import { isDeepStrictEqual } from 'node:util';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Timer } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import { readDocument } from './content.ts';
import { answerAttempts, type Host, siteOf } from './host.ts';
import { readMarker } from './marker-file.ts';
import { liveContent } from './observe.ts';
import { operatingReport } from './operating.ts';
import { isAlive } from './proc.ts';
import { parseShowStat } from './show-stat.ts';
import { idleHash, keyText, type Running, type Site } from './site.ts';
import { ask } from './stats-socket.ts';

/** Watches one load balancer's process; tells once when it goes down, and when statuses change. */
export class Watch {
  readonly #host: Host;
  readonly #id: string;
  readonly #site: Site;
  readonly #notify: (notice: DeviceNotice) => void;
  readonly #timers = new Map<string, Timer>();
  #running: Running | null = null;
  #down = false;
  #silent = 0;
  #document: { readonly key: string; readonly value: LoadBalancerDocument | null } | null = null;
  #stopped = false;

  constructor(host: Host, id: string, notify: (notice: DeviceNotice) => void) {
    this.#host = host;
    this.#id = id;
    this.#site = siteOf(host, id);
    this.#notify = notify;
    this.#every('process', host.options.processPollMs, () => this.#lookAtProcess());
    this.#every('status', host.options.statusPollMs, () => this.#lookAtStatus());
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) this.#host.clock.clearTimer(timer);
  }

  /** Looks, and after each look waits again, so that slow looks never pile up. */
  #every(name: string, waitMs: number, look: () => Promise<void>): void {
    const { clock, log } = this.#host;
    const timer = clock.setTimer(waitMs, () => {
      look()
        .catch((error: unknown) => {
          log.warn({ lb: this.#id, error: String(error) }, `can not look at a watched ${name}`);
        })
        .finally(() => {
          if (!this.#stopped) this.#every(name, waitMs, look);
        });
    });
    this.#timers.set(name, timer);
  }

  async #lookAtProcess(): Promise<void> {
    if (this.#running !== null && isAlive(this.#running)) return;
    const last = this.#running;
    // It may have been replaced since; then its successor is watched.
    this.#running = this.#site.running();
    if (this.#running !== null) {
      this.#down = false;
      this.#silent = 0;
      return;
    }
    if (!(await this.#shouldRun())) return;
    this.#tellDown(`the HAProxy process ${last === null ? '' : `${last.pid} `}is gone`);
  }

  async #shouldRun(): Promise<boolean> {
    const stored = await readMarker(this.#site);
    if (stored === null || stored.removed) return false;
    const live = liveContent(stored, null);
    return live !== null && live.hash !== idleHash;
  }

  async #lookAtStatus(): Promise<void> {
    const { clock, options, reported } = this.#host;
    const running = this.#running;
    if (running === null || !isAlive(running)) return;
    const deadline = { clock, timeoutMs: options.socketTimeoutMs };
    const csv = await ask(this.#site.directory, 'show stat', deadline);
    if (csv === null) {
      this.#silent += 1;
      if (this.#silent >= answerAttempts && isAlive(running)) {
        this.#tellDown(`the HAProxy process ${running.pid} does not answer`);
      }
      return;
    }
    this.#silent = 0;
    this.#down = false;
    const document = await this.#liveDocument(running);
    if (document === null || this.#stopped) return;
    const operating = operatingReport(document, parseShowStat(csv));
    if (isDeepStrictEqual(operating, reported.get(this.#id))) return;
    reported.set(this.#id, operating);
    this.#notify({ type: 'status', operating });
  }

  /** The document behind the process, read and parsed again only when it is another one. */
  async #liveDocument(running: Running): Promise<LoadBalancerDocument | null> {
    const stored = await readMarker(this.#site);
    if (stored === null || stored.removed) return null;
    const live = liveContent(stored, running) ?? running;
    const key = keyText(live);
    if (this.#document?.key !== key) {
      this.#document = { key, value: await readDocument(this.#site, live) };
    }
    return this.#document.value;
  }

  #tellDown(reason: string): void {
    if (this.#down || this.#stopped) return;
    this.#down = true;
    this.#notify({ type: 'down', reason });
  }
}
