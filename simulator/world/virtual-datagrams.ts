import { type Datagrams, datagramBytesMax, DatagramTooLarge } from '../../src/ports/datagrams.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Onward } from '../../src/adapters/memory-bus.ts';

/** Under which datagrams are known to the faults of a network. */
export const datagramSubject = 'datagram';

export interface DatagramNetOptions {
  readonly clock: Clock;
  /** Takes it on its way: whoever is parted, cut off or clogged up is so for datagrams, too. */
  readonly carry: (from: string, to: string, subject: string, onward: Onward) => void;
}

/** Hands what arrives to the process, and not while that is dead or held up. */
type Deliver = (run: () => void) => void;

interface Listener {
  readonly deliver: Deliver;
  handle: ((data: string, from: string) => void) | null;
}

/** UDP's twin: from process to process, whatever becomes of the bus's server. Addresses are their names. */
export class DatagramNet {
  readonly #options: DatagramNetOptions;
  readonly #listeners = new Map<string, Listener>();

  constructor(options: DatagramNetOptions) {
    this.#options = options;
  }

  /** The datagrams of one life of a process. */
  open(name: string, deliver: Deliver = (run) => run()): Datagrams {
    const own: Listener = { deliver, handle: null };
    this.#listeners.set(name, own);
    const isOpen = (): boolean => this.#listeners.get(name) === own;
    return {
      send: (to, data) => {
        const bytes = Buffer.byteLength(data);
        if (bytes > datagramBytesMax) {
          const limit = `${datagramBytesMax} is the limit`;
          throw new DatagramTooLarge(`a datagram of ${bytes} bytes was not sent: ${limit}`);
        }
        if (isOpen()) this.#send(name, to, data);
      },
      listen: (handle) => {
        own.handle = handle;
      },
      close: () => {
        if (isOpen()) this.#listeners.delete(name);
        return Promise.resolve();
      },
    };
  }

  #send(from: string, to: string, data: string): void {
    const { clock, carry } = this.#options;
    carry(from, to, datagramSubject, (delayMs) => {
      if (delayMs === Number.POSITIVE_INFINITY) return;
      clock.setTimer(delayMs, () => {
        const there = this.#listeners.get(to);
        there?.deliver(() => {
          if (this.#listeners.get(to) === there) there.handle?.(data, from);
        });
      });
    });
  }
}
