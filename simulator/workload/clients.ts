import type { World } from '../world/world.ts';
import { Connection } from './connection.ts';
import { Ledger } from './ledger.ts';
import { Onlooker } from './onlooker.ts';
import { Tenant } from './tenant.ts';
import type { Work } from './work.ts';

/** The clients of the API: one for each load balancer, whose writes follow each other. */
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
    const tail = this.#tails.get(work.loadBalancer) ?? Promise.resolve();
    const next = tail
      .then(() => tenant?.do(work))
      .then(() => {
        this.#open -= 1;
      });
    this.#tails.set(work.loadBalancer, next);
    this.#world.background(next);
  }

  /** Null where nobody has asked to create what is edited: it is left out of the plan. */
  #tenant({ loadBalancer: name, type }: Work): Tenant | null {
    const known = this.#tenants.get(name);
    if (known !== undefined || type !== 'create') return known ?? null;
    const entry = this.ledger.open(name);
    const connection = new Connection(this.#world, name);
    const onlooker = new Onlooker(this.#world, entry, connection);
    const tenant = new Tenant(this.#world, entry, connection, () => this.#look(onlooker));
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
