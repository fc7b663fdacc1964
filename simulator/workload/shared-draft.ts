import type { RandomStream } from '../world/random-streams.ts';
import { vipSubnetId } from '../world/virtual-controller.ts';
import type { Change } from './change.ts';
import { type Attributes, itself, type ResourceKind } from './resources.ts';

/**
 * What there may be of each kind. Its name says its address or port, which the API takes only once, so that hands which
 * make the same mean the same.
 */
const ports = [80, 8_080, 8_081] as const;
const memberNumbers = [1, 2, 3, 4, 5, 6] as const;
const firstPools = ['pool-1', 'pool-2'] as const;
/** Each has a name of its own, because clients look for them in the whole load balancer. */
const monitorOf = (pool: string): string => `monitor-of-${pool}`;
/** How many batches ask for the same as the one before of their pool. */
const repeatedShare = 0.5;
/** Nobody ever deletes it, so that a plain deletion has to be refused. */
const lastingListener = 'listener-80';

/**
 * Draws changes of one load balancer that several hands work at. None of them knows what the others do, so what it asks for
 * may be there already, or not any more. Creations say all that updates may change: what is made anew is never a default.
 */
export class SharedDraft {
  readonly #stream: RandomStream;
  readonly #batches = new Map<string, readonly Attributes[]>();
  #values = 0;
  #pools: readonly string[] = firstPools;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** A load balancer with several pools and listeners in one request. */
  get attributes(): Attributes {
    return {
      vip_subnet_id: vipSubnetId,
      ...this.#common(),
      listeners: [80, 8_080].map((port, index) => ({
        name: `listener-${port}`,
        ...this.#listener(port),
        default_pool: { name: firstPools[index] },
      })),
      pools: firstPools.map((name, index) => ({
        name,
        ...this.#pool(),
        members: this.#members(),
        ...(index === 0 ? { healthmonitor: { name: monitorOf(name), ...this.#monitor() } } : {}),
      })),
    };
  }

  change(): Change {
    const stream = this.#stream;
    const draws = [
      () => this.#batch('replace'),
      () => this.#batch('add'),
      () => this.#memberChange(),
      () => this.#memberChange(),
      () => this.#listenerChange(),
      () => this.#poolChange(),
      () => this.#monitorChange(),
      () => changeOf('update', itself.kind, itself.name, this.#some(this.#common())),
    ];
    return stream.pick(draws)();
  }

  /** Everything below the load balancer is deleted, as Terraform does before it deletes the load balancer plainly. */
  get emptying(): readonly Change[] {
    return [
      ...ports.map((port) => changeOf('delete', 'listener', `listener-${port}`, {})),
      ...this.#pools.map((pool) => changeOf('delete', 'pool', pool, {})),
    ];
  }

  #batch(verb: 'replace' | 'add'): Change {
    const pool = this.#poolName();
    const known = this.#batches.get(pool);
    // Tools repeat what they want, and it may be so already.
    const members =
      known !== undefined && this.#stream.chance(repeatedShare) ? known : this.#members();
    this.#batches.set(pool, members);
    return changeOf(verb, 'pool', pool, { members });
  }

  #memberChange(): Change {
    const { name, ...attributes } = this.#member(this.#stream.pick(memberNumbers));
    const path = `${this.#poolName()}/${String(name)}`;
    const verb = this.#stream.pick(['create', 'update', 'update', 'delete'] as const);
    if (verb === 'update')
      return changeOf(verb, 'member', path, this.#some(changeable(attributes)));
    return changeOf(verb, 'member', path, verb === 'create' ? attributes : {});
  }

  #listenerChange(): Change {
    const stream = this.#stream;
    const port = stream.pick(ports);
    const name = `listener-${port}`;
    const attributes = { ...this.#listener(port), default_pool: { name: this.#poolName() } };
    const isLasting = name === lastingListener;
    const verb = isLasting
      ? 'update'
      : stream.pick(['create', 'create', 'update', 'update', 'delete'] as const);
    if (verb === 'create') return changeOf(verb, 'listener', name, attributes);
    if (verb === 'delete') return changeOf(verb, 'listener', name, {});
    return changeOf('update', 'listener', name, this.#some(changeable(attributes)));
  }

  /** A pool has nothing of which there may be only one, so each name is made only once. */
  #poolChange(): Change {
    const verb = this.#stream.pick(['create', 'update', 'update', 'delete'] as const);
    if (verb !== 'create') {
      const attributes = verb === 'update' ? this.#some(changeable(this.#pool())) : {};
      return changeOf(verb, 'pool', this.#poolName(), attributes);
    }
    const name = `pool-${this.#pools.length + 1}`;
    this.#pools = [...this.#pools, name];
    return changeOf(verb, 'pool', name, { ...this.#pool(), members: this.#members() });
  }

  #monitorChange(): Change {
    const pool = this.#poolName();
    const name = `${pool}/${monitorOf(pool)}`;
    const verb = this.#stream.pick(['create', 'update', 'update', 'delete'] as const);
    const attributes = this.#monitor();
    if (verb === 'create') return changeOf(verb, 'healthmonitor', name, attributes);
    const changes = verb === 'update' ? this.#some(changeable(attributes)) : {};
    return changeOf(verb, 'healthmonitor', name, changes);
  }

  #poolName(): string {
    // The newest ones, because older ones have been deleted.
    return this.#stream.pick(this.#pools.slice(-3));
  }

  /** One attribute or several of them. */
  #some(attributes: Attributes): Attributes {
    const entries = this.#stream.shuffled(Object.entries(attributes));
    return Object.fromEntries(entries.slice(0, this.#stream.integer(1, entries.length)));
  }

  #members(): readonly Attributes[] {
    const numbers = this.#stream.shuffled(memberNumbers);
    return numbers.slice(0, this.#stream.integer(0, 4)).map((number) => this.#member(number));
  }

  #member(number: number): Attributes {
    const common = this.#undescribed();
    const endpoint = { address: '10.30.0.1', protocol_port: 8_000 + number };
    const weight = this.#stream.integer(0, 256);
    return { name: `member-${number}`, ...endpoint, weight, ...common };
  }

  #listener(port: number): Attributes {
    const connectionLimit = this.#stream.integer(1, 10_000);
    const headers = { 'X-Forwarded-For': this.#stream.chance(0.5) ? 'true' : 'false' };
    return {
      protocol: 'HTTP',
      protocol_port: port,
      ...this.#common(),
      connection_limit: connectionLimit,
      insert_headers: headers,
    };
  }

  #pool(): Attributes {
    const algorithm = this.#stream.pick(['ROUND_ROBIN', 'LEAST_CONNECTIONS', 'SOURCE_IP']);
    return { protocol: 'HTTP', lb_algorithm: algorithm, ...this.#common() };
  }

  #monitor(): Attributes {
    const common = this.#undescribed();
    const delay = this.#stream.integer(5, 60);
    return { type: 'HTTP', timeout: 3, max_retries: 3, delay, ...common };
  }

  /** Members and monitors have no descriptions. */
  #undescribed(): Attributes {
    const { description, ...others } = this.#common();
    return { ...others, tags: [description, 'many-hands'] };
  }

  /** Each value is written only once, so that whoever finds it knows whose it is. */
  #common(): Attributes {
    this.#values += 1;
    const value = `value ${this.#values}`;
    return {
      description: value,
      admin_state_up: this.#stream.chance(0.8),
      tags: this.#stream.chance(0.2) ? [] : [value, 'many-hands'],
    };
  }
}

const fixed: ReadonlySet<string> = new Set(['address', 'protocol', 'protocol_port', 'type']);

function changeable(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !fixed.has(name)));
}

function changeOf(
  verb: Change['verb'],
  kind: ResourceKind,
  name: string,
  attributes: Attributes,
): Change {
  return { kind, name, verb, attributes };
}
