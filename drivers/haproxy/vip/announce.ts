import { writeFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { run } from '../run.ts';
import type { VipOptions } from './options.ts';

const againMs = 1_000;
/** arping ends by itself a second after what it has sent. */
const arpingTimeoutMs = 3_000;

/** Tells the neighbours that an address is here now, so that they forget where it was. */
export class Announcer {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: VipOptions;
  readonly #timers = new Set<Timer>();

  constructor({ clock, log, options }: { clock: Clock; log: Log; options: VipOptions }) {
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
  }

  /** At once and then a second apart, for as long as the address is here; waits for none of it. */
  announce(address: string, isHere: () => boolean): void {
    // An IPv6 address is announced by the kernel, once it has found it to be nobody else's.
    if (isIPv4(address)) this.#announce(address, isHere, this.#options.announcements);
  }

  /** To be called before the address comes: an IPv6 one is announced by the kernel, if it is let. */
  async prepare(address: string): Promise<void> {
    if (isIPv4(address)) return;
    const file = `/proc/sys/net/ipv6/conf/${this.#options.interface}/ndisc_notify`;
    await writeFile(file, '1').catch((error: unknown) => {
      this.#log.warn({ file, error: String(error) }, 'the kernel will not announce IPv6 addresses');
    });
  }

  close(): void {
    for (const timer of this.#timers) this.#clock.clearTimer(timer);
    this.#timers.clear();
  }

  #announce(address: string, isHere: () => boolean, times: number): void {
    if (times === 0 || !isHere()) return;
    // One packet at a time: more would be sent on after the address had gone.
    const args = ['-U', '-c', '1', '-I', this.#options.interface, address];
    run(this.#options.arping, args, { clock: this.#clock, timeoutMs: arpingTimeoutMs }).catch(
      (error: unknown) => {
        this.#log.warn({ address, error: String(error) }, 'an address could not be announced');
      },
    );
    const timer = this.#clock.setTimer(againMs, () => {
      this.#timers.delete(timer);
      this.#announce(address, isHere, times - 1);
    });
    this.#timers.add(timer);
  }
}
