import type { ListenerStatistics } from '../../machines/health/statistics.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Observed, ProbeResult } from '../contract/driver.ts';
import type { Marker } from '../contract/errors.ts';
import type { Target } from '../contract/target.ts';
import type { AppliedThere, Asked, MemoryDevice, MemoryNotice, SurveyedThere } from './device.ts';

/** How a driver reaches its device: in this process, or over loopback HTTP. */
export interface DeviceConnection {
  apply(target: Target): Promise<AppliedThere>;
  remove(asked: Asked): Promise<Marker>;
  observe(id: string): Promise<Observed | null>;
  survey(): Promise<readonly SurveyedThere[]>;
  /** Does ahead of time what an apply of this document would have to do first. */
  prepare(document: LoadBalancerDocument): void;
  /** What the device tells by itself. */
  watch(id: string, notify: (notice: MemoryNotice) => void): () => void;
  /** Tells the present statuses once, where the device holds it; perhaps within the call. */
  present(id: string, tell: (operating: OperatingReport) => void): void;
  statistics(id: string): Promise<ListenerStatistics | null>;
  probe(): Promise<ProbeResult>;
  close(): void;
}

/** A connection to a device in this very process. */
export function directConnection(device: MemoryDevice, agent: string): DeviceConnection {
  const unwatches = new Set<() => void>();
  return {
    apply: (target) => device.apply(agent, target),
    remove: (asked) => device.remove(agent, asked),
    observe: (id) => device.observe(agent, id),
    survey: () => device.survey(agent),
    prepare: () => undefined,
    watch(id, notify) {
      const stop = device.watch((changed, notice) => {
        // What it tells does not reach one that is cut off.
        if (changed === id && device.unreachableFor(agent) === null) notify(notice);
      });
      unwatches.add(stop);
      return () => {
        stop();
        unwatches.delete(stop);
      };
    },
    present(id, tell) {
      const held = device.unreachableFor(agent) === null ? device.peek(id) : null;
      if (held !== null) tell(held.operating);
    },
    statistics: (id) => device.statistics(agent, id),
    probe: async () => {
      const reason = device.unreachableFor(agent);
      return reason === null
        ? { reachable: true, detail: 'a device in memory' }
        : { reachable: false, reason };
    },
    close() {
      for (const stop of unwatches) stop();
      unwatches.clear();
    },
  };
}
