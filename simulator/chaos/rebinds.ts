import type { Seat } from '../../machines/protocol/seat.ts';
import { bindingOf } from '../evidence/records.ts';
import type { Observer } from '../world/events.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { RecordWatch } from './record-watch.ts';
import type { Kind } from './size.ts';

/** From the loss of its holder until a device has accepted the next one. */
export interface Rebind {
  readonly loadBalancer: string;
  readonly kind: Kind;
  readonly tookMs: number;
}

interface Lost {
  readonly atMs: number;
  readonly epoch: number;
}

/** Measures how long load balancers that have lost their agent wait for the next one. */
export class Rebinds {
  readonly done: Rebind[] = [];
  /** How often a load balancer was given to another holder than before, by its records. */
  count = 0;
  /** How often one at an address of its host was given to another agent. */
  fixedMoves = 0;
  readonly #waiting = new Map<string, Lost>();
  readonly #holders = new Map<string, Seat>();
  readonly #records: RecordWatch;
  readonly #loadBalancers: LoadBalancers;

  constructor(records: RecordWatch, loadBalancers: LoadBalancers) {
    this.#records = records;
    this.#loadBalancers = loadBalancers;
  }

  /** What these agents hold has lost its holder now. */
  lose(agents: readonly string[], atMs: number): void {
    for (const { id } of this.#loadBalancers.all) {
      const seat = this.holderOf(id);
      if (seat === null || !agents.includes(seat.agent)) continue;
      this.#waiting.set(id, { atMs, epoch: seat.epoch });
    }
  }

  holderOf(id: string) {
    const entry = this.#records.records.binding.get(id);
    return entry === null ? null : bindingOf(entry.value).context.binding;
  }

  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'stored' && event.bucket === 'binding' && event.change.type === 'put') {
      const { key, value } = event.change;
      const { binding } = bindingOf(value).context;
      if (binding === null) return;
      const before = this.#holders.get(key);
      this.#holders.set(key, binding);
      if (before === undefined) return;
      const isSameAgent = before.agent === binding.agent;
      if (!isSameAgent || before.incarnation !== binding.incarnation) this.count += 1;
      if (!isSameAgent && this.#loadBalancers.get(key)?.kind === 'fixed') this.fixedMoves += 1;
    }
    if (event.type !== 'device' || event.entry.kind === 'refused') return;
    const { lb, epoch } = event.entry;
    const lost = this.#waiting.get(lb);
    const kind = this.#loadBalancers.get(lb)?.kind;
    if (lost === undefined || kind === undefined || epoch <= lost.epoch) return;
    this.#waiting.delete(lb);
    this.done.push({ loadBalancer: lb, kind, tookMs: Math.round(atMs - lost.atMs) });
  };
}
