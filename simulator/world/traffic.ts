import type { StoreChange } from '../../src/ports/store.ts';
import { desiredOf } from '../evidence/records.ts';
import type { Observer, WorldEvent } from './events.ts';

/** A time in which a place served a load balancer by the configuration of one agent. */
export interface Service {
  readonly place: string;
  readonly agent: string;
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly toMs: number | null;
}

/** What a run's traffic came to, over all load balancers. */
export interface TrafficSums {
  /** How long load balancers were wanted, had been served before, and were served by nobody. */
  readonly unservedMs: number;
  /** How long load balancers were served at two places or more. */
  readonly twiceMs: number;
}

interface Line {
  readonly services: Service[];
  /** By place: what serves now. */
  readonly serving: Map<string, Service>;
  wanted: boolean;
  served: boolean;
  /** Since when it has been as it is now. */
  sinceMs: number;
}

/**
 * Who serves each load balancer at each moment: nobody, one or two. What serves is what a device holds
 * and runs, whoever is alive. Fences of other kinds fit in: a server is a place and an agent, with a
 * time from and to.
 */
export class Traffic {
  readonly #lines = new Map<string, Line>();
  #unservedMs = 0;
  #twiceMs = 0;

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'served') this.#served(event, atMs);
    else if (event.type === 'stored' && event.bucket === 'desired') {
      this.#desired(event.change.key, event.change, atMs);
    } else if (event.type === 'lost' && event.bucket === 'desired') {
      this.#desired(event.key, event.now, atMs);
    }
  };

  #desired(key: string, record: StoreChange | null, atMs: number): void {
    const wanted = record?.type === 'put' && desiredOf(record.value).status === 'live';
    const line = this.#line(key, atMs);
    if (line.wanted === wanted) return;
    this.#account(line, atMs);
    line.wanted = wanted;
  }

  /** What serves the load balancer now. */
  servers(loadBalancer: string): readonly Service[] {
    return [...(this.#lines.get(loadBalancer)?.serving.values() ?? [])];
  }

  /** Everything that served it, oldest first. */
  services(loadBalancer: string): readonly Service[] {
    return this.#lines.get(loadBalancer)?.services ?? [];
  }

  sums(nowMs: number): TrafficSums {
    for (const line of this.#lines.values()) this.#account(line, nowMs);
    return { unservedMs: this.#unservedMs, twiceMs: this.#twiceMs };
  }

  #served(event: Extract<WorldEvent, { type: 'served' }>, atMs: number): void {
    const { loadBalancer, place, agent } = event;
    const line = this.#line(loadBalancer, atMs);
    this.#account(line, atMs);
    const before = line.serving.get(place);
    if (before !== undefined) {
      line.services[line.services.indexOf(before)] = { ...before, toMs: atMs };
      line.serving.delete(place);
    }
    if (agent === null) return;
    const service: Service = { place, agent, fromMs: atMs, toMs: null };
    line.serving.set(place, service);
    line.services.push(service);
    line.served = true;
  }

  #account(line: Line, nowMs: number): void {
    const forMs = nowMs - line.sinceMs;
    line.sinceMs = nowMs;
    if (line.serving.size > 1) this.#twiceMs += forMs;
    else if (line.serving.size === 0 && line.served && line.wanted) this.#unservedMs += forMs;
  }

  #line(id: string, atMs: number): Line {
    let line = this.#lines.get(id);
    if (line === undefined) {
      line = { services: [], serving: new Map(), wanted: false, served: false, sinceMs: atMs };
      this.#lines.set(id, line);
    }
    return line;
  }
}
