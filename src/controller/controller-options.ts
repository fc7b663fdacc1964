import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { RankPolicy } from '../../machines/placement/rank.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { HostTap } from '../host/actor-tap.ts';
import type { Bus } from '../ports/bus.ts';
import type { Stores } from '../ports/store.ts';
import type { Lapses, LapsesOptions } from './liveness/lapses.ts';
import type { ApartGroup } from './placement/anti-affinity.ts';
import type { Dispatch } from './placement/dispatch.ts';
import type { RebalanceMode } from './placement/rebalancer.ts';
import type { RecordFormats } from './records/record-formats.ts';
import type { Mandate, MandateOptions } from './shards/mandate.ts';

/** What a controller needs of its process, and how it is to decide. */
export interface ControllerOptions {
  readonly id: string;
  readonly bus: Bus;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timings: Timings;
  readonly shards: number;
  /** The ones of this release where they are not given. */
  readonly formats?: RecordFormats;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  /** Who is preferred as a holder; by default the least loaded that the load balancer's hash picks. */
  readonly rank?: RankPolicy;
  /** How it counts when leases have run out; by the rules R13 and R15 where it is not given. */
  readonly lapses?: (options: LapsesOptions) => Lapses;
  /** How it tells for which leases it speaks; by the rule R14 where it is not given. */
  readonly mandate?: (options: MandateOptions) => Mandate;
  /** Load balancers that are to be on different hosts, by their tags; none by default. */
  readonly apart?: readonly ApartGroup[];
  /** How many commands are under way to one agent at most. */
  readonly commandsInFlight?: number;
  /** Whether load balancers move because loads have become uneven; off by default. */
  readonly rebalance?: RebalanceMode;
  /** How many of them at once. */
  readonly movesInFlight?: number;
  /** Drivers whose load balancers agents take from queues; none without it. */
  readonly dispatch?: Dispatch;
  /** Looks on at its actors; nobody does without it. */
  readonly tap?: { readonly loadBalancers: HostTap; readonly agents: HostTap };
  /** There is this load balancer already at the start: its addresses have to be on record, too. */
  readonly found?: (id: string, document: LoadBalancerDocument) => void;
  /** A load balancer is gone for good: its address may be used again. */
  readonly purged: (id: string, document: LoadBalancerDocument) => void;
}
