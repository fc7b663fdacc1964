import type { RandomStream } from '../world/random-streams.ts';
import { vipSubnetId } from '../world/virtual-controller.ts';
import type { Change } from './change.ts';
import { type Attributes, itself, type ResourceKind } from './resources.ts';

/** One name is enough: what there may be several of has a number. */
const pool = 'pool';
const listener = 'listener';
const ownMonitor = 'monitor';
const monitor = `${pool}/${ownMonitor}`;
const extraListener = 'listener-2';

/** How many members a pool is created with at most. */
const firstMembersMax = 3;

/** A client's idea of one load balancer: draws what it asks for, each change upon those before it. */
export class Draft {
  readonly #stream: RandomStream;
  readonly #bare: boolean;
  readonly #members: string[] = [];
  readonly #firstMembers: Attributes[] = [];
  #membersMade = 0;
  #edits = 0;
  #monitored = false;
  #extraListener = false;

  /** A bare one is created without children. */
  constructor(stream: RandomStream, bare: boolean) {
    this.#stream = stream;
    this.#bare = bare;
    const members = stream.integer(1, firstMembersMax);
    for (let made = 0; made < members; made += 1) this.#firstMembers.push(this.#newMember());
    // Where there are some to lose. Not drawn, so that seeds stay what they were.
    this.#monitored = !bare && members === firstMembersMax;
  }

  /** What its creation asks for. */
  get attributes(): Attributes {
    const own = { provider: 'memory', vip_subnet_id: vipSubnetId, description: '' };
    if (this.#bare) return own;
    return {
      ...own,
      listeners: [{ name: listener, ...httpListener(80), default_pool: { name: pool } }],
      pools: [{ name: pool, ...httpPool, members: this.#firstMembers, ...this.#firstMonitor }],
    };
  }

  /** What makes a bare one whole. */
  completing(): Change[] {
    if (!this.#bare) return [];
    return [
      created('listener', listener, httpListener(80)),
      created('pool', pool, httpPool),
      ...this.#firstMembers.map(({ name, ...attributes }) =>
        created('member', `${pool}/${String(name)}`, attributes),
      ),
    ];
  }

  get #firstMonitor(): Attributes {
    return this.#monitored ? { healthmonitor: { name: ownMonitor, ...httpMonitor } } : {};
  }

  change(): Change {
    this.#edits += 1;
    const stream = this.#stream;
    switch (stream.integer(0, 7)) {
      case 0:
        return updated('member', this.#member(), { weight: stream.integer(0, 256) });
      case 1: {
        const { name, ...attributes } = this.#newMember();
        return created('member', `${pool}/${String(name)}`, attributes);
      }
      case 2:
        return this.#members.length > 1 ? this.#memberDeleted() : this.#described();
      case 3:
        this.#monitored = !this.#monitored;
        return this.#monitored
          ? created('healthmonitor', monitor, httpMonitor)
          : { kind: 'healthmonitor', name: monitor, verb: 'delete', attributes: {} };
      case 4:
        this.#extraListener = !this.#extraListener;
        return this.#extraListener
          ? created('listener', extraListener, httpListener(8_080))
          : { kind: 'listener', name: extraListener, verb: 'delete', attributes: {} };
      case 5:
        return updated('pool', pool, { description: `edit ${this.#edits}` });
      default:
        return this.#described();
    }
  }

  #described(): Change {
    return { ...itself, verb: 'update', attributes: { description: `edit ${this.#edits}` } };
  }

  #member(): string {
    return `${pool}/${this.#stream.pick(this.#members)}`;
  }

  #memberDeleted(): Change {
    const [oldest = ''] = this.#members.splice(0, 1);
    return { kind: 'member', name: `${pool}/${oldest}`, verb: 'delete', attributes: {} };
  }

  #newMember(): Attributes & { readonly name: string } {
    this.#membersMade += 1;
    const name = `member-${this.#membersMade}`;
    this.#members.push(name);
    // A port of its own, because a pool takes an address and port only once.
    const protocolPort = 8_000 + this.#membersMade;
    const weight = this.#stream.integer(1, 10);
    return { name, address: '10.30.0.1', protocol_port: protocolPort, weight };
  }
}

const httpListener = (port: number): Attributes => ({ protocol: 'HTTP', protocol_port: port });
const httpPool: Attributes = { protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' };
const httpMonitor: Attributes = { type: 'HTTP', delay: 5, timeout: 3, max_retries: 3 };

function created(kind: ResourceKind, name: string, attributes: Attributes): Change {
  return { kind, name, verb: 'create', attributes };
}

function updated(kind: ResourceKind, name: string, attributes: Attributes): Change {
  return { kind, name, verb: 'update', attributes };
}
