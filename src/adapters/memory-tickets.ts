import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { QueueState, Whereabouts } from '../ports/work-queue.ts';
import type { Delivery } from './ticket-line.ts';

/** A ticket that is there. */
interface Slot {
  readonly key: string;
  /** Later ones have greater numbers; one that was lost with its ticket is given again. */
  readonly number: number;
  deliveries: number;
  deliveredAtMs: number;
  /** When it is delivered again, where it is taken. */
  again: Timer | null;
}

/** A ticket that has come, or has ended. */
export interface TicketChange {
  readonly type: 'offered' | 'ended';
  readonly key: string;
  readonly number: number;
}

/** Someone's open question for a ticket. */
export interface Question {
  answer(delivery: Delivery): void;
}

/**
 * A queue's tickets and the rules by which they are handed out, as JetStream has them: what is due again
 * comes before what is new; to hear of a ticket sets its time anew, whoever says it; and what is said of a
 * ticket that has ended changes nothing.
 */
export class MemoryTickets {
  readonly #clock: Clock;
  readonly #takenMs: number;
  readonly #changed: (change: TicketChange) => void;
  readonly #slots = new Map<string, Slot>();
  readonly #byId = new Map<string, Slot>();
  readonly #due: Slot[] = [];
  /** In the order of their numbers. */
  readonly #fresh: Slot[] = [];
  readonly #questions = new Set<Question>();
  #last = 0;
  #isHeld = false;

  constructor(
    clock: Clock,
    takenMs: number,
    changed: (change: TicketChange) => void = () => undefined,
  ) {
    this.#clock = clock;
    this.#takenMs = takenMs;
    this.#changed = changed;
  }

  /** False where it is there already. */
  offer(key: string): boolean {
    if (this.#slots.has(key)) return false;
    this.#last += 1;
    this.#add(key, this.#last);
    this.#changed({ type: 'offered', key, number: this.#last });
    this.#handOut();
    return true;
  }

  withdraw(key: string): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#end(slot);
  }

  whereIs(key: string): Whereabouts {
    const slot = this.#slots.get(key);
    if (slot === undefined) return 'nowhere';
    return slot.deliveries > 0 ? 'taken' : 'waiting';
  }

  ask(question: Question): void {
    this.#questions.add(question);
    this.#handOut();
  }

  /** Does it still stand? */
  knows(question: Question): boolean {
    return this.#questions.has(question);
  }

  forget(question: Question): void {
    this.#questions.delete(question);
  }

  /** As when its consumer has another leader: everybody has to ask anew. */
  forgetAll(): void {
    this.#questions.clear();
  }

  end(id: string): void {
    const slot = this.#byId.get(id);
    if (slot !== undefined) this.#end(slot);
  }

  prolong(id: string): void {
    const slot = this.#byId.get(id);
    if (slot !== undefined && slot.again !== null) this.#deliverAgain(slot, this.#takenMs);
  }

  giveBack(id: string, afterMs: number): void {
    const slot = this.#byId.get(id);
    if (slot !== undefined && slot.again !== null) this.#deliverAgain(slot, afterMs);
  }

  look(): QueueState {
    const waiting = this.#fresh.length;
    return { waiting, taken: this.#slots.size - waiting, idle: this.#questions.size };
  }

  /** While it holds, nothing is handed out. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#handOut();
  }

  /**
   * The power fails, and what has happened since then was not on a disk yet: these changes, the newest one first, and
   * whatever was handed out. Numbers go back, so that a word about a ticket that is lost may be taken for one about
   * another ticket. Nobody may be connected.
   */
  losePower(sinceMs: number, lost: readonly TicketChange[]): void {
    for (const { type, key, number } of lost) {
      if (type === 'ended') this.#add(key, number);
      else {
        const slot = this.#byId.get(idOf(number));
        if (slot !== undefined) this.#remove(slot);
        this.#last = number - 1;
      }
    }
    for (const slot of [...this.#slots.values()]) {
      if (slot.deliveries === 0 || slot.deliveredAtMs < sinceMs) continue;
      this.#remove(slot);
      this.#add(slot.key, slot.number);
    }
    this.#fresh.sort((one, other) => one.number - other.number);
  }

  #add(key: string, number: number): void {
    const slot: Slot = { key, number, deliveries: 0, deliveredAtMs: 0, again: null };
    this.#slots.set(key, slot);
    this.#byId.set(idOf(number), slot);
    this.#fresh.push(slot);
  }

  #end(slot: Slot): void {
    this.#remove(slot);
    this.#changed({ type: 'ended', key: slot.key, number: slot.number });
  }

  #handOut(): void {
    while (!this.#isHeld) {
      const [question] = this.#questions;
      if (question === undefined) return;
      const slot = this.#due.shift() ?? this.#fresh.shift();
      if (slot === undefined) return;
      this.#questions.delete(question);
      slot.deliveries += 1;
      slot.deliveredAtMs = this.#clock.monotonicMs();
      this.#deliverAgain(slot, this.#takenMs);
      question.answer({ key: slot.key, delivery: slot.deliveries, id: idOf(slot.number) });
    }
  }

  #deliverAgain(slot: Slot, afterMs: number): void {
    if (slot.again !== null) this.#clock.clearTimer(slot.again);
    slot.again = this.#clock.setTimer(afterMs, () => {
      slot.again = null;
      this.#due.push(slot);
      this.#handOut();
    });
  }

  #remove(slot: Slot): void {
    this.#slots.delete(slot.key);
    this.#byId.delete(idOf(slot.number));
    if (slot.again !== null) this.#clock.clearTimer(slot.again);
    for (const list of [this.#due, this.#fresh]) {
      const index = list.indexOf(slot);
      if (index >= 0) list.splice(index, 1);
    }
  }
}

/** A worker speaks of a ticket by its number. */
function idOf(number: number): string {
  return String(number);
}
