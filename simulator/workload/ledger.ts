import type { Outcome } from '../world/events.ts';
import { Deletions } from './deletions.ts';
import { Facts } from './facts.ts';
import type { ResourceName } from './resources.ts';

/** What the clients of one load balancer know of it, from the answers that they got. */
export class LedgerEntry {
  readonly name: string;
  created: Outcome = 'asked';
  /** The status that it was last seen with; `gone` where it was not found; null: never looked. */
  seen: string | null = null;
  readonly facts = new Facts();
  readonly deletions = new Deletions();
  /** Answers that can't be right by what was acknowledged before, in sentences. */
  readonly wronglyDone: string[] = [];
  readonly wronglyRefused: string[] = [];
  readonly #told: (id: string) => void;
  readonly #children = new Map<string, string>();
  #id: string | null = null;

  constructor(name: string, told: (id: string) => void) {
    this.name = name;
    this.#told = told;
  }

  /** Null: nobody has asked for it. */
  get deleted(): Outcome | null {
    return this.deletions.outcome;
  }

  /** Null until an answer has told it. */
  get id(): string | null {
    return this.#id;
  }

  tellId(id: string): void {
    this.#id = id;
    this.#told(id);
  }

  childId({ kind, name }: ResourceName): string | null {
    return this.#children.get(`${kind} ${name}`) ?? null;
  }

  tellChildId({ kind, name }: ResourceName, id: string): void {
    this.#children.set(`${kind} ${name}`, id);
  }

  /** Somebody may have removed it, and another one may have its name by now. */
  forgetChildId({ kind, name }: ResourceName): void {
    this.#children.delete(`${kind} ${name}`);
  }
}

/** The clients' own book of what they asked for and what they were told. */
export class Ledger {
  readonly #entries: LedgerEntry[] = [];
  readonly #byId = new Map<string, LedgerEntry>();

  open(name: string): LedgerEntry {
    const entry = new LedgerEntry(name, (id) => this.#byId.set(id, entry));
    this.#entries.push(entry);
    return entry;
  }

  /** Null where nobody asked for one of this name. */
  named(name: string): LedgerEntry | null {
    return this.#entries.find((entry) => entry.name === name) ?? null;
  }

  /** What the client of that name works at: one of several has its number behind the load balancer's name. */
  ofClient(client: string): LedgerEntry | null {
    return this.named(client.replace(/\/\d+$/, ''));
  }

  /** Null also where a load balancer exists whose creation nobody has answered. */
  get(id: string): LedgerEntry | null {
    return this.#byId.get(id) ?? null;
  }

  /** Those whose ids are known. */
  entries(): readonly (LedgerEntry & { readonly id: string })[] {
    return this.#entries.filter(hasId);
  }

  /** Must it be there: was its creation acknowledged, and has nobody asked to delete it? */
  mustLive(id: string): boolean {
    const entry = this.get(id);
    return entry?.created === 'acknowledged' && entry.deleted === null;
  }
}

function hasId(entry: LedgerEntry): entry is LedgerEntry & { readonly id: string } {
  return entry.id !== null;
}
