import { servedListeners } from '../../machines/health/operating.ts';
import {
  type ListenerStatistics,
  noTraffic,
  type Statistics,
  sumOf,
} from '../../machines/health/statistics.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import { type FailingMembers, memoryReport } from './observation.ts';

interface Reported {
  readonly document: LoadBalancerDocument | null;
  readonly running: boolean;
  readonly report: OperatingReport;
}

const none: FailingMembers = new Set();

/** How the members of a memory device fare, and what has come through its listeners: as tests want it. */
export class DeviceTraffic {
  readonly #failing = new Map<string, Set<string>>();
  readonly #counted = new Map<string, Statistics>();
  /** What was last reported, since it is asked for far more often than it changes. */
  readonly #reported = new Map<string, Reported>();
  #changes = 0;

  /** Grows with each server that goes or comes. */
  get changes(): number {
    return this.#changes;
  }

  /** What the device says of the traffic of what it holds; the same object while nothing changes. */
  report(id: string, document: LoadBalancerDocument | null, running: boolean): OperatingReport {
    const known = this.#reported.get(id);
    if (known?.document === document && known.running === running) return known.report;
    const report = memoryReport(document, { running, failing: this.#failing.get(id) ?? none });
    this.#reported.set(id, { document, running, report });
    return report;
  }

  /** It outlives every write, because servers don't mind what is configured. False: it was so already. */
  setFailing(loadBalancer: string, member: string, isFailing: boolean): boolean {
    const failing = this.#failing.get(loadBalancer) ?? new Set();
    if (failing.has(member) === isFailing) return false;
    if (isFailing) failing.add(member);
    else failing.delete(member);
    this.#failing.set(loadBalancer, failing);
    this.#reported.delete(loadBalancer);
    this.#changes += 1;
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
