import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { Secrets } from '../../machines/ports/secrets.ts';
import type { Marker } from './errors.ts';
import type { Health } from './health.ts';
import type { Leasing } from './leasing.ts';
import type { Residence } from './residence.ts';
import type { Target } from './target.ts';

/** What keeps a stale agent from configuring the device; see docs/drivers.md. */
export type Fence = 'device' | 'marker' | 'lease' | 'host' | 'none';

/** Is only time between its holders? Then nobody starts before the lease of the one before has ended (R11). */
export const isLeased = ({ fence }: { readonly fence: Fence }): boolean =>
  fence === 'lease' || fence === 'none';

/** What a driver is and can do; known without any device, so that controllers can decide by it. */
export interface DriverDescriptor {
  readonly name: string;
  /** One sentence for `GET /v2.0/lbaas/providers`. */
  readonly description: string;
  /** Octavia provider names that mean this driver, beside its own. */
  readonly aliases: readonly string[];
  /** May its load balancers move to an agent on another host? */
  readonly reschedulable: boolean;
  readonly fence: Fence;
  /**
   * `hosts`: each agent's own host is its device. `shared`: devices stand by themselves, and any number of
   * agents may drive the same one.
   */
  readonly devices: 'hosts' | 'shared';
  /** How many calls may be with a shared device at once, where it is more than the circuit breaker's own limit. */
  readonly callsAtOnceMax?: number;
  /**
   * The options of the document that this driver can't serve, each named as a user would
   * recognise it ("listener protocol UDP"); empty when it can serve all of it.
   */
  unsupported(document: LoadBalancerDocument): readonly string[];
}

export interface Applied {
  /** The device's marker after the call. */
  readonly marker: Marker;
  /** False: the device held a newer generation; the epoch was claimed, the content left (R7). */
  readonly contentApplied: boolean;
  readonly operating: OperatingReport;
}

export interface Observed {
  readonly marker: Marker;
  /** False: the device knows the load balancer, but nothing serves it now. */
  readonly running: boolean;
  readonly operating: OperatingReport;
}

/** A load balancer of which the device has content, whoever configured it. */
export interface Surveyed {
  readonly id: string;
  readonly marker: Marker;
}

/** What a watched load balancer tells by itself. */
export type DeviceNotice = DeviceTrouble | DeviceDifference;

export interface DeviceTrouble {
  /**
   * `down`: nothing serves it any more, or the device has lost it. `drifted`: the device does not hold what
   * this driver left there: a person has changed it, or it lied.
   */
  readonly type: 'down' | 'drifted';
  readonly reason: string;
  /** Its marker can't be read: nothing can be done to it before that is mended. */
  readonly isMarkerDamaged?: boolean;
}

/** A person has changed it, and the driver is told to leave that: nothing is to be applied because of it. */
export interface DeviceDifference {
  readonly type: 'differs';
  /** What differs; null: nothing does any more. */
  readonly reason: string | null;
  /** False: nothing serves it, or not all of it. */
  readonly running: boolean;
}

export type ProbeResult =
  | { readonly reachable: true; readonly detail: string }
  | {
      readonly reachable: false;
      readonly reason: string;
      /** How long the device asked to be left alone; null or missing where it did not say. */
      readonly retryAfterMs?: number | null;
    };

/**
 * Executes configuration on devices of one kind. All calls are idempotent, bounded in time by the
 * driver itself, and throw only {@link DriverError}s. Calls for one load balancer never overlap
 * within an agent; between agents only the fence keeps order.
 */
export interface Driver {
  readonly descriptor: DriverDescriptor;
  /** Where its devices live on the agent's own host. */
  readonly residence?: Residence;
  /**
   * Its agent's lease, under which it serves; there where its fence is `lease`. Where it is `none`, the agent
   * puts one before the driver.
   */
  readonly leasing?: Leasing;
  /** Without it, what an apply found stands until the next one. */
  readonly health?: Health;
  /**
   * Does ahead of time what an apply of this very document would have to do first, without the device: its agent
   * stands by. Whether that apply ever comes, nobody knows.
   */
  prepare?(document: LoadBalancerDocument): void;
  /**
   * Makes the device equal to the target, in one conditional step: refused with FencedError if the
   * device has seen a newer epoch or a tombstone; content is written only if the generation is not
   * older than the device's (R7).
   */
  apply(target: Target): Promise<Applied>;
  /**
   * Stops serving and leaves a tombstone that refuses every later apply (R8). Removing what is
   * removed, or was never there, succeeds.
   */
  remove(target: { id: string; epoch: number; generation: number }): Promise<Marker>;
  /** What the device holds now; null where it has never heard of the load balancer. */
  observe(id: string): Promise<Observed | null>;
  /**
   * Every load balancer of which the device has content, also those of other agents; what was
   * removed is not among them.
   */
  survey(): Promise<readonly Surveyed[]>;
  /** Watches what runs until the returned function is called; `notify` may be called at any time. */
  watch(id: string, notify: (notice: DeviceNotice) => void): () => void;
  /** Can this agent reach the device and may it configure it? */
  probe(): Promise<ProbeResult>;
  /** Lets go of timers and sockets; what runs on the device runs on. */
  close(): Promise<void>;
}

/** What a driver is given to work with. */
export interface DriverContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Credentials of devices; options hold references to them only. */
  readonly secrets: Secrets;
  readonly host: string;
  readonly agent: string;
  /**
   * An absolute path of the host for this driver, shared by all agents of the host; made by the
   * driver where it keeps anything.
   */
  readonly stateDir: string;
  /** The driver's own section of the agent's configuration, not yet validated. */
  readonly options: unknown;
}

/** A driver's entry in the registry. */
export interface DriverModule {
  readonly descriptor: DriverDescriptor;
  /** Validates the options; throws an error that names the wrong key and what would be right. */
  create(context: DriverContext): Promise<Driver>;
}
