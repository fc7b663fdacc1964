import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Outcome } from '../world/events.ts';

/** What the clients know of one load balancer, from the answers that they got. */
export interface LedgerEntry {
  readonly document: LoadBalancerDocument;
  created: Outcome;
  /** Null: nobody has asked for it. */
  deleted: Outcome | null;
  /** The description that the last acknowledged edit gave it. */
  description: string;
  /** Descriptions of edits that nobody answered: they may have been made as well. */
  readonly possibleDescriptions: Set<string>;
}

/** The clients' own book of what they asked for and what they were told. */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();

  open(document: LoadBalancerDocument): LedgerEntry {
    const entry: LedgerEntry = {
      document,
      created: 'asked',
      deleted: null,
      description: document.description,
      possibleDescriptions: new Set(),
    };
    this.#entries.set(document.id, entry);
    return entry;
  }

  get(id: string): LedgerEntry | null {
    return this.#entries.get(id) ?? null;
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** Must it be there: was its creation acknowledged, and has nobody asked to delete it? */
  mustLive(id: string): boolean {
    const entry = this.get(id);
    return entry?.created === 'acknowledged' && entry.deleted === null;
  }
}
