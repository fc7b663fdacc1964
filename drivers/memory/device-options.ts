import type { Clock } from '../../machines/ports/clock.ts';
import type { admitApply, admitRemove } from '../contract/fence.ts';

/** One thing that happened to a load balancer on the device. */
export interface ApplyLogEntry {
  /** The clock's monotonic milliseconds. */
  readonly at: number;
  readonly lb: string;
  readonly epoch: number;
  readonly generation: number;
  readonly agent: string;
  /** `claimed`: the epoch was taken over, the newer content left (R7). `partial`: half was written. */
  readonly kind: 'applied' | 'claimed' | 'partial' | 'removed' | 'refused';
  /** Somebody else wrote between the reading of the marker and this write. */
  readonly raced?: true;
}

export interface DeviceCall {
  readonly type: 'apply' | 'remove' | 'release' | 'observe' | 'survey' | 'statistics';
  readonly agent: string;
  /** Empty where it is about all. */
  readonly lb: string;
}

/** How long a call is on its way to the device, and its answer on the way back. */
export interface Latency {
  readonly beforeMs: number;
  readonly afterMs: number;
}

export interface MemoryDeviceOptions {
  readonly clock: Clock;
  /** Asked at each call; without it, calls take no time. */
  readonly latency?: (call: DeviceCall) => Latency;
  /** Asked when a call about a load balancer is carried out: throws where it can not be. */
  readonly admit?: (id: string) => void;
  /** Told of each log entry at the moment it happens. */
  readonly onEntry?: (entry: ApplyLogEntry) => void;
  /**
   * Whether anybody can reach what it runs: a device whose addresses come and go says it, and tells
   * `readdressed` of each change. Without it, everything is reached.
   */
  readonly addressed?: (id: string) => boolean;
  /** Told whenever it changes by whose configuration a load balancer is served; null: by nobody's. */
  readonly onServing?: (id: string, agent: string | null, cause: ServingCause) => void;
  /**
   * A device without a conditional write: whoever writes reads the marker first, and so much later
   * writes, whatever others did in between.
   */
  readonly markerAgeMs?: () => number;
  /** Stands in for the fence, to show what happens without it. */
  readonly fence?: { readonly apply: typeof admitApply; readonly remove: typeof admitRemove };
}

/** A driver's call changed who serves, or something that befell the device. */
export type ServingCause = 'call' | 'trouble';
