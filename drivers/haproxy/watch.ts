import type { MonotonicMs, Timer } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import { DamagedMarker } from '../contract/host-marker.ts';
import { answerAttempts, type Host, siteOf } from './host.ts';
import { markerOrDamage } from './marker-file.ts';
import { liveContent } from './observe.ts';
import { isAlive } from './proc.ts';
import type { Answer, Questions } from './questions.ts';
import { idleHash, type Running, type Site } from './site.ts';

/** How often the marker is read back, rather than the process looked at. */
export const markerLookMs = 5_000;

/**
 * Watches one load balancer's process; tells once when it goes down, or does not answer any more. Its
 * marker is read back, too: one that was damaged, or put back by somebody, would keep nobody out.
 */
export class Watch {
  readonly #host: Host;
  readonly id: string;
  readonly #site: Site;
  readonly #notify: (notice: DeviceNotice) => void;
  readonly #unlisten: () => void;
  #timer: Timer;
  readonly #ignoreAlarm: () => void;
  #running: Running | null = null;
  #down = false;
  #silent = 0;
  #stopped = false;
  #markerDue: MonotonicMs;

  constructor(
    host: Host,
    questions: Questions,
    id: string,
    notify: (notice: DeviceNotice) => void,
  ) {
    this.#host = host;
    this.id = id;
    this.#site = siteOf(host, id);
    this.#notify = notify;
    this.#markerDue = this.#nextMarkerDue();
    this.#timer = this.#lookLater();
    this.#unlisten = questions.listen(id, (answer) => this.#heard(answer));
    this.#ignoreAlarm = host.alarm.listen(id, notify);
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
          log.warn({ lb: this.id, error: String(error) }, 'can not look at a watched process');
        })
        .finally(() => {
          if (!this.#stopped) this.#timer = this.#lookLater();
        });
    });
  }

  async #look(): Promise<void> {
    if (this.#host.clock.monotonicMs() >= this.#markerDue) {
      this.#markerDue = this.#nextMarkerDue();
      await this.#lookAtMarker();
    }
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

  /** Whoever finds another marker than it left applies its own again, and hears whether it still may. */
  async #lookAtMarker(): Promise<void> {
    const stored = await markerOrDamage(this.#site);
    const left = this.#host.left.get(this.id);
    if (this.#stopped || left === undefined || stored === null) return;
    if (stored instanceof DamagedMarker) {
      this.#notify({ type: 'drifted', reason: stored.message, isMarkerDamaged: true });
    } else if (stored.epoch !== left || stored.holder !== this.#host.agent) {
      const words = `epoch ${stored.epoch} of ${stored.holder ?? 'nobody'}`;
      this.#notify({
        type: 'drifted',
        reason: `${this.#site.markerPath} has ${words}, and epoch ${left} was written`,
      });
    }
  }

  #nextMarkerDue(): MonotonicMs {
    return (this.#host.clock.monotonicMs() + markerLookMs) as MonotonicMs;
  }

  async #shouldRun(): Promise<boolean> {
    const stored = await markerOrDamage(this.#site);
    // What is to run can't be told before the marker is mended, and whoever applies it has that done.
    if (stored instanceof DamagedMarker) return true;
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
