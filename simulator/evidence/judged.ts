import type { DriverDescriptor, Observed } from '../../drivers/contract/driver.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { LoadBalancerView } from '../../src/api/services.ts';
import type { StoreEntry } from '../../src/ports/store.ts';
import type { Losses } from '../world/losses.ts';
import type { Site } from '../world/places.ts';
import type { Traffic } from '../world/traffic.ts';

/** What a device holds, wherever it is: in a virtual world, or on a real host's disk. */
export interface JudgedDevice {
  ids(): readonly string[];
  content(id: string): LoadBalancerDocument | null;
  peek(id: string): Pick<Observed, 'marker' | 'running'> | null;
}

export interface JudgedPlace extends Site {
  readonly device: JudgedDevice;
  /** Null where its addresses do not come and go. */
  readonly kernel: object | null;
  /** Null where it keeps its markers as no host does. */
  readonly markers: { isDamaged(id: string): boolean } | null;
}

export interface JudgedAgent {
  readonly incarnation: number;
  readonly state: string;
  devices(): { has(id: string): boolean };
}

interface JudgedBucket {
  snapshot(): readonly StoreEntry[];
}

/**
 * What checkers ask of a world that they judge alike whether it is virtual or made of real processes. A
 * checker that needs more judges virtual worlds only.
 */
export interface Judged {
  readonly options: { readonly timings: Timings };
  /** How many load balancers each agent may hold; null where nothing limits it. */
  readonly capacity: number | null;
  readonly losses: Losses;
  readonly traffic: Pick<Traffic, 'servers'>;
  readonly places: ReadonlyMap<string, JudgedPlace>;
  readonly stores: {
    readonly desired: JudgedBucket;
    readonly binding: JudgedBucket;
    readonly vips: JudgedBucket;
  };
  /** One that is not awake is paused, or does not run. */
  readonly agentHosts: ReadonlyMap<string, { readonly lives: number; readonly isAwake: boolean }>;
  readonly controllerHosts: ReadonlyMap<string, { readonly lives: number }>;
  place(name: string): JudgedPlace;
  descriptor(driver: string): DriverDescriptor | null;
  agentIds(): readonly string[];
  /** Null where it does not run. */
  agent(id: string): JudgedAgent | null;
  agentHost(id: string): { readonly drivers: readonly string[] };
  hostOf(agent: string): string;
  agentsOf(host: string): readonly string[];
}

/** What a controller shows of a load balancer, as far as checkers look at it. */
export type JudgedView = Pick<
  LoadBalancerView,
  'state' | 'binding' | 'standby' | 'deleting' | 'reason' | 'generation' | 'appliedGeneration'
> & { readonly document: Pick<LoadBalancerDocument, 'id' | 'provider'> };

export interface JudgedController {
  readonly loadBalancers: {
    list(): readonly JudgedView[];
    get(id: string): JudgedView | null;
  };
}
