import type { Clock } from '../../machines/ports/clock.ts';
import { MemoryBroker, type Onward } from '../../src/adapters/memory-bus.ts';
import type { Disturbance } from './disturbance.ts';
import { DatagramNet } from './virtual-datagrams.ts';

/** A disturbance while it lasts, and the messages that it holds up. */
interface Imposed extends Disturbance {
  readonly lasting: boolean;
  readonly held: (() => void)[];
}

/**
 * The bus's server and the links to it. Each fault imposes its own disturbance and lifts it, so that
 * those which overlap end each by itself.
 */
export class Network {
  readonly broker: MemoryBroker;
  /** From process to process, past the bus's server. */
  readonly datagrams: DatagramNet;
  readonly #delayMs: () => number;
  readonly #imposed = new Map<object, Imposed>();

  constructor(clock: Clock, delayMs: () => number) {
    this.#delayMs = delayMs;
    const carry = (from: string, to: string, subject: string, onward: Onward): void =>
      this.#carry(from, to, subject, onward);
    this.broker = new MemoryBroker(clock, { carry });
    this.datagrams = new DatagramNet({ clock, carry });
  }

  /** Until it is lifted; one that lasts survives {@link heal}. `by` is who may lift it. */
  impose(by: object, disturbance: Disturbance, lasting = false): void {
    this.lift(by);
    this.#imposed.set(by, { ...disturbance, lasting, held: [] });
  }

  lift(by: object): void {
    const imposed = this.#imposed.get(by);
    if (imposed === undefined) return;
    this.#imposed.delete(by);
    imposed.end?.();
    for (const send of imposed.held) send();
  }

  /** Lifts everything that is not to last. */
  heal(): void {
    for (const [by, { lasting }] of this.#imposed) if (!lasting) this.lift(by);
  }

  #carry(from: string, to: string, subject: string, onward: Onward): void {
    // Drawn also for what gets lost, so that a cut does not shift everything that follows.
    const takesMs = this.#delayMs();
    // Mostly nothing is wrong, and then nobody's name has to be taken apart.
    if (this.#imposed.size === 0) {
      onward(takesMs);
      return;
    }
    const sender = processOf(from);
    const receiver = processOf(to);
    let lateMs = 0;
    const againMs: number[] = [];
    for (const { fate, held } of this.#imposed.values()) {
      const befalls = fate?.(sender, receiver, subject) ?? null;
      if (befalls === null) continue;
      if (befalls === 'lost') return;
      if (befalls === 'held') {
        held.push(() => this.#carry(from, to, subject, onward));
        return;
      }
      if ('lateMs' in befalls) lateMs += befalls.lateMs;
      else againMs.push(befalls.againMs);
    }
    onward(takesMs + lateMs, lateMs > 0 ? 'out of turn' : 'in turn');
    for (const afterMs of againMs) onward(takesMs + lateMs + afterMs, 'out of turn');
  }
}

/** Connections are named `role/id/…`. */
function processOf(connection: string): string {
  return connection.split('/')[1] ?? connection;
}
