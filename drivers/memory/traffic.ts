import { servedListeners } from '../../machines/health/operating.ts';
import {
  type ListenerStatistics,
  noTraffic,
  type Statistics,
  sumOf,
} from '../../machines/health/statistics.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { FailingMembers } from './observation.ts';

const none: FailingMembers = new Set();

/** How the members of a memory device fare, and what has come through its listeners: as tests want it. */
export class DeviceTraffic {
  readonly #failing = new Map<string, Set<string>>();
  readonly #counted = new Map<string, Statistics>();

  /** Of one load balancer; it outlives every write, because servers don't mind what is configured. */
  failing(loadBalancer: string): FailingMembers {
    return this.#failing.get(loadBalancer) ?? none;
  }

  /** False where it was so already. */
  setFailing(loadBalancer: string, member: string, isFailing: boolean): boolean {
    const failing = this.#failing.get(loadBalancer) ?? new Set();
    if (failing.has(member) === isFailing) return false;
    if (isFailing) failing.add(member);
    else failing.delete(member);
    this.#failing.set(loadBalancer, failing);
    return true;
  }

  count(listener: string, more: Partial<Statistics>): void {
    const before = this.#counted.get(listener) ?? noTraffic;
    this.#counted.set(listener, sumOf([before, { ...noTraffic, ...more }]));
  }

  statistics(document: LoadBalancerDocument): ListenerStatistics {
    return Object.fromEntries(
      servedListeners(document).map(({ id }) => [id, this.#counted.get(id) ?? noTraffic]),
    );
  }
}
