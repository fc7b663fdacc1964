import { delay } from '../../machines/ports/clock.ts';
import type { World } from '../world/world.ts';
import { itemsOf, resourceOf, textOf } from './answers.ts';
import type { Connection } from './connection.ts';
import type { LedgerEntry } from './ledger.ts';
import { collectionPath, listPath } from './resource-paths.ts';

/** How long a client waits before it looks, and looks again: twice as long each time, and at most. */
const firstPauseMs = 150;
const pauseMaxMs = 2_400;
/** Longer than any PENDING may last, so that one that does not end is seen. */
const looksMax = 120;
/** How many looks are by a list, and how many clients look at the whole tree when all is done. */
const listShare = 0.15;
const treeShare = 0.2;

/** Polls after each write until the load balancer is settled, as every client of Octavia does. */
export class Onlooker {
  readonly #world: World;
  readonly #entry: LedgerEntry;
  readonly #connection: Connection;
  #looking = false;
  #writes = 0;

  constructor(world: World, entry: LedgerEntry, connection: Connection) {
    this.#world = world;
    this.#entry = entry;
    this.#connection = connection;
  }

  /** After a write. Resolves when it is settled; at once while it is being looked at anyway. */
  async look(): Promise<void> {
    this.#writes += 1;
    if (this.#looking) return;
    this.#looking = true;
    let pauseMs = firstPauseMs;
    let writes = this.#writes;
    for (let looks = 0; looks < looksMax; looks += 1) {
      if (writes !== this.#writes) pauseMs = firstPauseMs;
      writes = this.#writes;
      await delay(this.#world.clock, pauseMs);
      pauseMs = Math.min(2 * pauseMs, pauseMaxMs);
      const status = await this.#status();
      if (status === null) continue;
      this.#saw(status);
      if (writes === this.#writes && !status.startsWith('PENDING')) break;
    }
    this.#looking = false;
    if (this.#world.stream('onlookers').chance(treeShare)) await this.#get(`${this.#path}/status`);
  }

  /** Null where nobody told. */
  async #status(): Promise<string | null> {
    if (this.#world.stream('onlookers').chance(listShare)) {
      const reply = await this.#get(listPath('loadbalancer', '', { name: this.#entry.name }));
      if (reply.outcome !== 'acknowledged') return null;
      const [found] = itemsOf(reply.body, 'loadbalancers');
      return found === undefined ? 'gone' : textOf(found, 'provisioning_status');
    }
    const reply = await this.#get(this.#path);
    if (reply.status === 404) return 'gone';
    if (reply.outcome !== 'acknowledged') return null;
    return textOf(resourceOf(reply.body, 'loadbalancer'), 'provisioning_status');
  }

  get #path(): string {
    return `${collectionPath('loadbalancer', '')}/${this.#entry.id ?? ''}`;
  }

  #get(path: string) {
    return this.#connection.send({ method: 'GET', path, body: null });
  }

  #saw(status: string): void {
    if (status === this.#entry.seen) return;
    this.#entry.seen = status;
    this.#world.emit({
      type: 'client',
      request: 'read',
      loadBalancer: this.#entry.id ?? this.#entry.name,
      outcome: 'acknowledged',
      detail: status,
    });
  }
}
