import type { Timer } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import { answerAttempts, type Host, siteOf } from './host.ts';
import { readMarker } from './marker-file.ts';
import { liveContent } from './observe.ts';
import { isAlive } from './proc.ts';
import type { Answer, Questions } from './questions.ts';
import { idleHash, type Running, type Site } from './site.ts';

/** Watches one load balancer's process; tells once when it goes down, or does not answer any more. */
export class Watch {
  readonly #host: Host;
  readonly #id: string;
  readonly #site: Site;
  readonly #notify: (notice: DeviceNotice) => void;
  readonly #unlisten: () => void;
  #timer: Timer;
  readonly #ignoreAlarm: () => void;
  #running: Running | null = null;
  #down = false;
  #silent = 0;
  #stopped = false;

  constructor(
    host: Host,
    questions: Questions,
    id: string,
    notify: (notice: DeviceNotice) => void,
  ) {
    this.#host = host;
    this.#id = id;
    this.#site = siteOf(host, id);
    this.#notify = notify;
    this.#timer = this.#lookLater();
    this.#unlisten = questions.listen(id, (answer) => this.#heard(answer));
    this.#ignoreAlarm = host.alarm.listen(id, (reason) => notify({ type: 'down', reason }));
  }

  stop(): void {
    this.#stopped = true;
    this.#host.clock.clearTimer(this.#timer);
    this.#unlisten();
    this.#ignoreAlarm();
  }

  /** Looks, and after each look waits again, so that slow looks never pile up. */
  #lookLater(): Timer {
    const { clock, log, options } = this.#host;
    return clock.setTimer(options.processPollMs, () => {
      this.#look()
        .catch((error: unknown) => {
          log.warn({ lb: this.#id, error: String(error) }, 'can not look at a watched process');
        })
        .finally(() => {
          if (!this.#stopped) this.#timer = this.#lookLater();
        });
    });
  }

  async #look(): Promise<void> {
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

  #heard({ running, rows }: Answer): void {
    if (running === null) return;
    if (rows !== null) {
      this.#silent = 0;
      this.#down = false;
      return;
    }
    this.#silent += 1;
    if (this.#silent >= answerAttempts) {
      this.#tellDown(`the HAProxy process ${running.pid} does not answer`);
    }
  }

  #tellDown(reason: string): void {
    if (this.#down || this.#stopped) return;
    this.#down = true;
    this.#notify({ type: 'down', reason });
  }
}
