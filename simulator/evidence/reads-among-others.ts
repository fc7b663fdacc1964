import { itemsOf } from '../workload/answers.ts';
import type { Ledger } from '../workload/ledger.ts';
import type { Exchange, WorldEvent } from '../world/events.ts';
import type { Sight } from './wire.ts';

/** Does this client work at its load balancer together with others? */
export const isHand = (client: string): boolean => client.includes('/');

/**
 * What clients of one load balancer see of what all of them have done: whoever asks after an acknowledgement sees what was
 * acknowledged, or what came after it, whichever of them it was for.
 */
export class ReadsAmongOthers {
  readonly #ledger: Pick<Ledger, 'ofClient'>;
  /** When each question was asked, in the order of its load balancer's facts. */
  readonly #askedAt = new WeakMap<object, number>();

  constructor(ledger: Pick<Ledger, 'ofClient'>) {
    this.#ledger = ledger;
  }

  noteAsked({ client, request }: Extract<WorldEvent, { type: 'asked' }>): void {
    const entry = this.#ledger.ofClient(client);
    if (entry !== null) this.#askedAt.set(request, entry.facts.now());
  }

  /** What is wrong with what was shown, in words that go on from "it shows"; null if nothing is. */
  whatIsWrong({ client, request }: Exchange, { resource }: Sight): string | null {
    const entry = this.#ledger.ofClient(client);
    const askedAt = this.#askedAt.get(request);
    if (entry === null || askedAt === undefined || resource === null) return null;
    const contradiction = entry.facts.contradictionIn(resource, askedAt);
    if (contradiction !== null) return `what is outdated: ${contradiction}`;
    const shown = new Set(itemsOf(resource, 'pools').map(({ id }) => id));
    for (const pool of entry.facts.sureChildren(askedAt)) {
      // Of each name there is one pool only, whereas a listener may have been made anew.
      const id = pool.kind === 'pool' ? entry.childId(pool) : null;
      if (id !== null && !shown.has(id)) return `it without ${pool.name}, which is there`;
    }
    return null;
  }
}
