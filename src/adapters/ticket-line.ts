/** The queue says this often to whoever waits for a ticket that it still knows of that … */
export const pullHeartbeatMs = 1_000;
/** … and who has heard nothing for this long asks anew: the question, or the one who had it, is gone. */
export const pullSilenceMs = 3_000;
/** How long one question for a ticket stands; it is asked anew then. */
export const pullExpiresMs = 30_000;
/** How long the queue may take to answer what becomes of a ticket. */
export const settleTimeoutMs = 2_000;

/** A ticket as it arrives. */
export interface Delivery {
  readonly key: string;
  readonly delivery: number;
  /** What the queue knows this ticket by. */
  readonly id: string;
}

/** What a worker hears on its line. Tickets may come at any time, also for a question of long ago. */
export interface LineListener {
  ticket(delivery: Delivery): void;
  /** The queue still knows of this question. */
  alive(pull: number): void;
  /** The question does not stand any more: it has expired, or the queue would not have it. */
  ended(pull: number, why: 'expired' | 'refused'): void;
  /** The line is there again: no question stands any more. */
  connected(): void;
}

/** Between one worker and its queue. */
export interface TicketLine {
  isConnected(): boolean;
  /** Asks for one ticket; the answer may never come. */
  pull(pull: number): void;
  /** These resolve when the queue has done it, and reject within `timeoutMs` where that is not known. */
  end(id: string, timeoutMs: number): Promise<void>;
  prolong(id: string, timeoutMs: number): Promise<void>;
  giveBack(id: string, afterMs: number, timeoutMs: number): Promise<void>;
  /** Resolves when no ticket can come any more; until then the listener may be told of some. */
  close(): Promise<void>;
}

/** Opens a line for a worker. */
export type OpenLine = (listener: LineListener) => TicketLine;
