import type { Clock } from '../../machines/ports/clock.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';

export type Direction = 'in' | 'out' | 'both';
export const directions: readonly Direction[] = ['in', 'out', 'both'];

/** The bus's server and the links to it, which can be cut without anybody being told. */
export class Network {
  readonly broker: MemoryBroker;
  readonly #deaf = new Set<string>();
  readonly #mute = new Set<string>();
  /** Pairs of processes, `from to`, whose messages do not arrive. */
  readonly #parted = new Set<string>();
  #lossShare = 0;

  /** `chance` draws whether a message is among this share of all messages. */
  constructor(clock: Clock, delayMs: () => number, chance: (share: number) => boolean) {
    this.broker = new MemoryBroker(clock, {
      delayMs: (from, to) => {
        // Drawn also for what gets lost, so that a cut does not shift everything that follows.
        const takesMs = delayMs();
        // Mostly nobody is cut off, and then nobody's name has to be taken apart.
        const lost =
          (this.#mute.size > 0 && this.#mute.has(processOf(from))) ||
          (this.#deaf.size > 0 && this.#deaf.has(processOf(to))) ||
          (this.#parted.size > 0 && this.#parted.has(`${processOf(from)} ${processOf(to)}`)) ||
          (this.#lossShare > 0 && chance(this.#lossShare));
        return lost ? Number.POSITIVE_INFINITY : takesMs;
      },
    });
  }

  /** Loses what the process sends (`out`), what is sent to it (`in`), or both. */
  cut(process: string, direction: Direction): void {
    if (direction !== 'in') this.#mute.add(process);
    if (direction !== 'out') this.#deaf.add(process);
  }

  mend(process: string): void {
    this.#mute.delete(process);
    this.#deaf.delete(process);
  }

  /** Loses what one process sends to the other; each of them still reaches everybody else. */
  part(from: string, to: string): void {
    this.#parted.add(`${from} ${to}`);
  }

  /** Ends every partition. */
  rejoin(): void {
    this.#parted.clear();
  }

  /** Loses this share of all messages, answers among them. */
  lose(share: number): void {
    this.#lossShare = share;
  }
}

/** Connections are named `role/id/…`. */
function processOf(connection: string): string {
  return connection.split('/')[1] ?? connection;
}
