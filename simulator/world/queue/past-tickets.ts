import type { MemoryTickets, TicketChange } from '../../../src/adapters/memory-tickets.ts';
import { rememberedMs } from '../store/past-values.ts';

interface Past {
  readonly atMs: number;
  readonly tickets: MemoryTickets;
  readonly change: TicketChange;
}

/** What has happened to tickets a while ago, for what may not be on a disk yet. */
export class PastTickets {
  readonly #pasts: Past[] = [];

  note(past: Past): void {
    while (this.#pasts[0] !== undefined && this.#pasts[0].atMs < past.atMs - rememberedMs) {
      this.#pasts.shift();
    }
    this.#pasts.push(past);
  }

  /** Forgets what has happened to these tickets since then, and gives it, the newest first. */
  forgetSince(sinceMs: number, tickets: MemoryTickets): readonly TicketChange[] {
    const isLost = (past: Past): boolean => past.tickets === tickets && past.atMs >= sinceMs;
    const lost = this.#pasts.filter(isLost);
    this.#pasts.splice(0, this.#pasts.length, ...this.#pasts.filter((past) => !isLost(past)));
    return lost.map(({ change }) => change).toReversed();
  }
}
