import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { QueueState } from '../ports/work-queue.ts';
import type { Delivery } from './ticket-line.ts';

/** A ticket that is there. */
interface Slot {
  readonly key: string;
  readonly id: string;
  deliveries: number;
  /** When it is delivered again, where it is taken. */
  again: Timer | null;
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
  readonly #slots = new Map<string, Slot>();
  readonly #byId = new Map<string, Slot>();
  readonly #due: Slot[] = [];
  readonly #fresh: Slot[] = [];
  readonly #questions = new Set<Question>();
  #last = 0;
  #isHeld = false;

  constructor(clock: Clock, takenMs: number) {
    this.#clock = clock;
    this.#takenMs = takenMs;
  }

  /** False where it is there already. */
  offer(key: string): boolean {
    if (this.#slots.has(key)) return false;
    this.#last += 1;
    const slot: Slot = { key, id: `${key}#${this.#last}`, deliveries: 0, again: null };
    this.#slots.set(key, slot);
    this.#byId.set(slot.id, slot);
    this.#fresh.push(slot);
    this.#handOut();
    return true;
  }

  withdraw(key: string): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#remove(slot);
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
    if (slot !== undefined) this.#remove(slot);
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

  #handOut(): void {
    while (!this.#isHeld) {
      const [question] = this.#questions;
      if (question === undefined) return;
      const slot = this.#due.shift() ?? this.#fresh.shift();
      if (slot === undefined) return;
      this.#questions.delete(question);
      slot.deliveries += 1;
      this.#deliverAgain(slot, this.#takenMs);
      question.answer({ key: slot.key, delivery: slot.deliveries, id: slot.id });
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
    this.#byId.delete(slot.id);
    if (slot.again !== null) this.#clock.clearTimer(slot.again);
    for (const list of [this.#due, this.#fresh]) {
      const index = list.indexOf(slot);
      if (index >= 0) list.splice(index, 1);
    }
  }
}
