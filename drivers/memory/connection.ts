import type { DeviceNotice, Observed, ProbeResult, Target } from '../contract/driver.ts';
import type { Marker } from '../contract/errors.ts';
import type { AppliedThere, Asked, MemoryDevice, SurveyedThere } from './device.ts';

/** How a driver reaches its device: in this process, or over loopback HTTP. */
export interface DeviceConnection {
  apply(target: Target): Promise<AppliedThere>;
  remove(asked: Asked): Promise<Marker>;
  observe(id: string): Promise<Observed | null>;
  survey(): Promise<readonly SurveyedThere[]>;
  /** What the device tells by itself. */
  watch(id: string, notify: (notice: DeviceNotice) => void): () => void;
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
    watch(id, notify) {
      const stop = device.watch((changed, notice) => {
        if (changed === id) notify(notice);
      });
      unwatches.add(stop);
      return () => {
        stop();
        unwatches.delete(stop);
      };
    },
    probe: async () =>
      device.unreachable === null
        ? { reachable: true, detail: 'a device in memory' }
        : { reachable: false, reason: device.unreachable },
    close() {
      for (const stop of unwatches) stop();
      unwatches.clear();
    },
  };
}
