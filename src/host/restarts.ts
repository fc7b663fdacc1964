import type { Timer } from '../../machines/ports/clock.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { HostServices } from './host-services.ts';

/** When an actor begins again that has crashed, or whose record could not be read: later with each time. */
export class Restarts {
  readonly #host: Pick<HostServices, 'clock' | 'restartMs' | 'restartMaxMs'>;
  #crashes = 0;
  #timer: Timer | null = null;

  constructor(host: Pick<HostServices, 'clock' | 'restartMs' | 'restartMaxMs'>) {
    this.#host = host;
  }

  /** How often in a row; 0 after a commit. */
  get crashes(): number {
    return this.#crashes;
  }

  later(begin: () => void): void {
    const { clock, restartMs, restartMaxMs } = this.#host;
    this.cancel();
    this.#timer = clock.setTimer(backoffMs(this.#crashes, restartMs, restartMaxMs), () => {
      this.#timer = null;
      begin();
    });
    this.#crashes += 1;
  }

  cancel(): void {
    if (this.#timer !== null) this.#host.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** What it does is on record, so that the next crash is the first. */
  forgive(): void {
    this.#crashes = 0;
  }
}
