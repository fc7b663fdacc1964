import { delay } from '../../machines/ports/clock.ts';
import type { Outcome } from '../world/events.ts';
import type { World } from '../world/world.ts';
import { itemsOf, resourceOf, textOf } from './answers.ts';
import type { Connection, Reply } from './connection.ts';
import type { LedgerEntry } from './ledger.ts';
import { collectionPath, listKey, listPath, ownName, poolOf } from './resource-paths.ts';
import { type Attributes, itself, type ResourceName } from './resources.ts';
import { type Change, changeWords, type Work } from './work.ts';

/** How often somebody looks for a load balancer of whose creation nothing was heard. */
const searchesMax = 3;
const searchEveryMs = 1_000;

/** The client of one load balancer: what it asks for, and what it makes of the answers. */
export class Tenant {
  readonly entry: LedgerEntry;
  readonly #world: World;
  readonly #connection: Connection;
  /** Called after each write that may have been done. */
  readonly #wrote: () => void;

  constructor(world: World, entry: LedgerEntry, connection: Connection, wrote: () => void) {
    this.#world = world;
    this.entry = entry;
    this.#connection = connection;
    this.#wrote = wrote;
  }

  async do(work: Work): Promise<void> {
    if (work.type === 'create') {
      await this.#create(work.attributes);
      return;
    }
    if (this.entry.id === null) await this.#search(1);
    if (this.entry.id === null) return;
    if (work.type === 'delete') await this.#delete(this.entry.id);
    else await this.#edit(this.entry.id, work.change);
  }

  async #create(attributes: Attributes): Promise<void> {
    const { entry } = this;
    this.#tell('create', 'asked', '');
    const reply = await this.#connection.send({
      method: 'POST',
      path: collectionPath('loadbalancer', ''),
      body: { loadbalancer: { ...attributes, name: entry.name } },
    });
    entry.created = reply.outcome;
    if (reply.outcome === 'acknowledged') this.#exists(resourceOf(reply.body, 'loadbalancer'));
    if (reply.outcome !== 'refused') {
      entry.facts.created(itself, attributes, reply.outcome === 'acknowledged');
    }
    this.#tell('create', reply.outcome, reply.detail);
    if (reply.outcome === 'unknown') await this.#search(searchesMax);
    if (entry.id !== null) this.#wrote();
  }

  async #delete(id: string): Promise<void> {
    const { entry } = this;
    entry.deleted = 'asked';
    this.#tell('delete', 'asked', '');
    const path = `${collectionPath('loadbalancer', '')}/${id}?cascade=true`;
    const reply = await this.#connection.send({ method: 'DELETE', path, body: null });
    entry.deleted = reply.outcome;
    this.#tell('delete', reply.outcome, reply.detail);
    if (reply.outcome !== 'refused') this.#wrote();
  }

  async #edit(id: string, change: Change): Promise<void> {
    const request = await this.#requestFor(id, change);
    // Nothing of that name: what would have made it was refused, or is left out of the plan.
    if (request === null) return;
    this.#tell('edit', 'asked', changeWords(change));
    const reply = await this.#connection.send(request);
    this.#note(change, reply);
    this.#tell('edit', reply.outcome, reply.detail === '' ? changeWords(change) : reply.detail);
    if (reply.outcome !== 'refused') this.#wrote();
  }

  #note(change: Change, { outcome, body }: Reply): void {
    if (outcome === 'refused') return;
    const { facts } = this.entry;
    const certain = outcome === 'acknowledged';
    const { verb, attributes } = change;
    if (verb === 'create') facts.created(change, attributes, certain);
    else if (verb === 'update') facts.updated(change, attributes, certain);
    else facts.deleted(change, certain);
    const id = textOf(resourceOf(body, change.kind), 'id');
    if (verb === 'create' && id !== '') this.entry.tellChildId(change, id);
  }

  async #requestFor(id: string, change: Change) {
    const { kind, verb, attributes } = change;
    const pool = poolOf(change);
    const poolId = pool === null ? '' : await this.#childId(id, pool);
    if (poolId === null) return null;
    const path = collectionPath(kind, poolId);
    if (verb === 'create') {
      const parent =
        kind === 'healthmonitor'
          ? { pool_id: poolId }
          : kind === 'member'
            ? {}
            : { loadbalancer_id: id };
      const body = { [kind]: { ...attributes, ...parent, name: ownName(change) } };
      return { method: 'POST', path, body } as const;
    }
    const own = kind === 'loadbalancer' ? id : await this.#childId(id, change);
    if (own === null) return null;
    if (verb === 'delete') return { method: 'DELETE', path: `${path}/${own}`, body: null } as const;
    return { method: 'PUT', path: `${path}/${own}`, body: { [kind]: attributes } } as const;
  }

  /** By an earlier answer, or else by a list: the creation's answer may have got lost. */
  async #childId(id: string, child: ResourceName): Promise<string | null> {
    const known = this.entry.childId(child);
    if (known !== null) return known;
    const pool = poolOf(child);
    const poolId = pool === null ? '' : await this.#childId(id, pool);
    if (poolId === null) return null;
    const path = listPath(child.kind, poolId, { name: ownName(child), loadbalancer_id: id });
    const reply = await this.#connection.send({ method: 'GET', path, body: null });
    const [found] = itemsOf(reply.body, listKey(child.kind));
    if (found === undefined) return null;
    this.entry.tellChildId(child, textOf(found, 'id'));
    return textOf(found, 'id');
  }

  /** Looks for the load balancer by its name. */
  async #search(searches: number): Promise<void> {
    const path = listPath('loadbalancer', '', { name: this.entry.name });
    for (let search = 1; search <= searches; search += 1) {
      const reply = await this.#connection.send({ method: 'GET', path, body: null });
      const [found] = itemsOf(reply.body, 'loadbalancers');
      if (found !== undefined) {
        this.#exists(found);
        this.entry.created = 'acknowledged';
        this.#tell('create', 'acknowledged', 'it was found by its name');
        return;
      }
      if (search < searches) await delay(this.#world.clock, searchEveryMs);
    }
  }

  /** The API's answers tell the ids of a load balancer and of whatever was created with it. */
  #exists(resource: Readonly<Record<string, unknown>> | null): void {
    const { entry } = this;
    const id = textOf(resource, 'id');
    if (id === '') throw new Error(`an answer about ${entry.name} has no id`);
    entry.tellId(id);
    for (const listener of itemsOf(resource, 'listeners')) {
      this.#child({ kind: 'listener', name: textOf(listener, 'name') }, listener);
    }
    for (const pool of itemsOf(resource, 'pools')) {
      const name = textOf(pool, 'name');
      this.#child({ kind: 'pool', name }, pool);
      for (const member of itemsOf(pool, 'members')) {
        this.#child({ kind: 'member', name: `${name}/${textOf(member, 'name')}` }, member);
      }
      const monitor = resourceOf(pool, 'healthmonitor');
      const kind = 'healthmonitor';
      if (monitor !== null)
        this.#child({ kind, name: `${name}/${textOf(monitor, 'name')}` }, monitor);
    }
  }

  #child(child: ResourceName, resource: Readonly<Record<string, unknown>>): void {
    // A list names children by their ids only.
    if (textOf(resource, 'name') !== '') this.entry.tellChildId(child, textOf(resource, 'id'));
  }

  #tell(request: 'create' | 'edit' | 'delete', outcome: Outcome, detail: string): void {
    const loadBalancer = this.entry.id ?? this.entry.name;
    this.#world.emit({ type: 'client', request, loadBalancer, outcome, detail });
  }
}
