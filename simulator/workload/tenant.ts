import { delay } from '../../machines/ports/clock.ts';
import type { Outcome } from '../world/events.ts';
import type { World } from '../world/world.ts';
import { itemsOf, resourceOf, textOf } from './answers.ts';
import { type Change, changeWords } from './change.ts';
import type { Connection, Reply } from './connection.ts';
import type { LedgerEntry } from './ledger.ts';
import { collectionPath, listKey, listPath, ownName, poolOf } from './resource-paths.ts';
import { type Attributes, itself, type ResourceName } from './resources.ts';
import { whyRightful } from './rightful.ts';
import type { Work } from './work.ts';

/** How often somebody looks for a load balancer of whose creation nothing was heard. */
const searchesMax = 3;
const searchEveryMs = 1_000;

export interface TenantOptions {
  readonly world: World;
  readonly entry: LedgerEntry;
  readonly connection: Connection;
  /** Does nobody else work at this load balancer? */
  readonly isAlone: boolean;
  /** Called after each write that may have been done. */
  readonly wrote: () => void;
}

/** A client of one load balancer: what it asks for, and what it makes of the answers. */
export class Tenant {
  readonly entry: LedgerEntry;
  readonly #world: World;
  readonly #connection: Connection;
  readonly #isAlone: boolean;
  readonly #wrote: () => void;

  constructor({ world, entry, connection, isAlone, wrote }: TenantOptions) {
    this.#world = world;
    this.entry = entry;
    this.#connection = connection;
    this.#isAlone = isAlone;
    this.#wrote = wrote;
  }

  async do(work: Work): Promise<void> {
    if (work.type === 'create') {
      await this.#create(work.attributes);
      return;
    }
    if (this.entry.id === null) await this.#search(1);
    if (this.entry.id === null) return;
    if (work.type === 'delete') await this.#delete(this.entry.id, work.plain ?? false);
    else await this.#edit(this.entry.id, work.change);
  }

  async #create(attributes: Attributes): Promise<void> {
    const { entry } = this;
    this.#tell('create', 'asked', '');
    const answered = entry.facts.asks({ ...itself, verb: 'create', attributes });
    const reply = await this.#connection.send({
      method: 'POST',
      path: collectionPath('loadbalancer', ''),
      body: { loadbalancer: { ...attributes, name: entry.name } },
    });
    entry.created = reply.outcome;
    if (reply.outcome === 'acknowledged') this.#exists(resourceOf(reply.body, 'loadbalancer'));
    answered(reply.outcome);
    this.#tell('create', reply.outcome, reply.detail);
    if (reply.outcome === 'unknown') await this.#search(searchesMax);
    if (entry.id !== null) this.#wrote();
  }

  async #delete(id: string, isPlain: boolean): Promise<void> {
    const { entry } = this;
    const answered = entry.deletions.ask(isPlain);
    this.#tell('delete', 'asked', isPlain ? 'plain' : '');
    const askedAt = entry.facts.now();
    const path = `${collectionPath('loadbalancer', '')}/${id}`;
    const query = isPlain ? '' : '?cascade=true';
    const reply = await this.#connection.send({
      method: 'DELETE',
      path: `${path}${query}`,
      body: null,
    });
    answered(reply.outcome);
    if (isPlain && reply.outcome === 'acknowledged') this.#checkChildren(askedAt);
    this.#tell('delete', reply.outcome, reply.detail);
    if (reply.outcome !== 'refused') this.#wrote();
  }

  /**
   * Whoever has a load balancer deleted without its children has been told that there are none; or that it is gone, where
   * somebody else has deleted all of it.
   */
  #checkChildren(askedAt: number): void {
    if (this.entry.deletions.isWhole) return;
    for (const { kind, name } of this.entry.facts.sureChildren(askedAt)) {
      this.entry.wronglyDone.push(`it was deleted plainly, and its ${kind} ${name} was there`);
    }
  }

  async #edit(id: string, change: Change): Promise<void> {
    const request = await this.#requestFor(id, change);
    // Nothing of that name: what would have made it was refused, or is left out of the plan.
    if (request === null) return;
    this.#tell('edit', 'asked', changeWords(change));
    const { facts } = this.entry;
    const askedAt = facts.now();
    const answered = facts.asks(change);
    const reply = await this.#connection.send(request);
    answered(reply.outcome);
    const wrong = whyRightful(facts, change, reply, askedAt);
    if (wrong !== null && this.entry.deleted === null) {
      this.entry.wronglyRefused.push(
        `${changeWords(change)} was refused, and ${wrong}: ${reply.detail}`,
      );
    }
    this.#note(change, reply);
    this.#tell('edit', reply.outcome, reply.detail === '' ? changeWords(change) : reply.detail);
    if (reply.outcome !== 'refused') this.#wrote();
  }

  #note(change: Change, { outcome, status, body }: Reply): void {
    const { verb } = change;
    // Who is alone knows what is there by itself.
    if (!this.#isAlone && (verb === 'delete' || status === 404)) this.#forget(change);
    if (outcome === 'refused') return;
    const id = textOf(resourceOf(body, change.kind), 'id');
    if (verb === 'create' && id !== '') this.entry.tellChildId(change, id);
  }

  /** What is in its way may be the pool that is gone. */
  #forget(change: Change): void {
    const pool = poolOf(change);
    this.entry.forgetChildId(change);
    if (pool !== null && change.verb !== 'delete') this.entry.forgetChildId(pool);
  }

  async #requestFor(id: string, change: Change) {
    const { kind, verb } = change;
    if (verb === 'replace' || verb === 'add') return this.#batchFor(id, change);
    const attributes = await this.#sent(id, change);
    if (attributes === null) return null;
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

  async #batchFor(id: string, change: Change) {
    const poolId = await this.#childId(id, change);
    if (poolId === null) return null;
    const query = change.verb === 'add' ? '?additive_only=true' : '';
    const path = `${collectionPath('member', poolId)}${query}`;
    return { method: 'PUT', path, body: change.attributes } as const;
  }

  /** A default pool has a name in a plan, and an id on the wire. Null where there is no such pool. */
  async #sent(id: string, { kind, attributes }: Change): Promise<Attributes | null> {
    const { default_pool: named, ...others } = attributes;
    if (kind !== 'listener' || named === undefined) return attributes;
    const name = textOf(named as Attributes, 'name');
    const poolId = await this.#childId(id, { kind: 'pool', name });
    return poolId === null ? null : { ...others, default_pool_id: poolId };
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
