import type { World } from '../world/world.ts';
import { Connection } from './connection.ts';
import { Ledger } from './ledger.ts';
import { Onlooker } from './onlooker.ts';
import { Tenant } from './tenant.ts';
import type { Work } from './work.ts';

/** The clients of the API: one for each load balancer, or several hands, and the writes of each follow each other. */
export class Clients {
  readonly ledger = new Ledger();
  readonly #world: World;
  readonly #tenants = new Map<string, Tenant>();
  readonly #tails = new Map<string, Promise<void>>();
  #open = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether every request so far was answered or given up, and nobody waits for anything to settle. */
  get idle(): boolean {
    return this.#open === 0;
  }

  /** Lets each piece of work happen at its time, counted from now. */
  schedule(work: readonly Work[]): void {
    for (const each of work) {
      this.#open += 1;
      this.#world.time.schedule(each.atMs, 'client', () => this.#begin(each));
    }
  }

  #begin(work: Work): void {
    const tenant = this.#tenant(work);
    const name = clientOf(work);
    const tail = this.#tails.get(name) ?? Promise.resolve();
    const next = tail
      .then(() => tenant?.do(work))
      .then(() => {
        this.#open -= 1;
      });
    this.#tails.set(name, next);
    this.#world.background(next);
  }

  /** Null where nobody has asked to create what is edited: it is left out of the plan. */
  #tenant(work: Work): Tenant | null {
    const name = clientOf(work);
    const known = this.#tenants.get(name);
    if (known !== undefined) return known;
    const isFirst = work.type === 'create';
    const entry = isFirst ? this.ledger.open(work.loadBalancer) : this.ledger.ofClient(name);
    if (entry === null) return null;
    const connection = new Connection(this.#world, name);
    const onlooker = new Onlooker(this.#world, entry, connection);
    const wrote = () => this.#look(onlooker);
    const isAlone = work.hand === undefined;
    const tenant = new Tenant({ world: this.#world, entry, connection, isAlone, wrote });
    this.#tenants.set(name, tenant);
    return tenant;
  }

  #look(onlooker: Onlooker): void {
    this.#open += 1;
    const done = onlooker.look().then(() => {
      this.#open -= 1;
    });
    this.#world.background(done);
  }
}

const clientOf = ({ loadBalancer, hand }: Work): string =>
  hand === undefined ? loadBalancer : `${loadBalancer}/${hand}`;
