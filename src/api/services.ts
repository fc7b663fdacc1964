import type { ListenerStatistics } from '../../machines/health/statistics.ts';
import type { AgentDevice } from '../../machines/liveness/context.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Operation } from '../../machines/model/operations/operation.ts';
import type { OperatingReport, ProvisioningStatus } from '../../machines/model/status.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import type { Subnet } from '../vips/config.ts';

/** What the API needs of the rest of the controller; the composition root gives it. */

/** One load balancer as this controller's projection knows it. */
export interface LoadBalancerView {
  readonly document: LoadBalancerDocument;
  /** The newest committed generation of the document. */
  readonly generation: number;
  /** The newest generation that a device confirmed; 0 if none ever did. */
  readonly appliedGeneration: number;
  readonly deleting: boolean;
  /** Of the load balancer as a whole; children derive theirs from the generations. */
  readonly provisioningStatus: ProvisioningStatus;
  readonly operating: OperatingReport;
  /** The actor's state, such as `bound.settled`: for Holdfast's own routes only. */
  readonly state: string;
  /** The device that holds it; null before it was ever bound. */
  readonly device: string | null;
  readonly binding: Seat | null;
  readonly standby: Seat | null;
  readonly lastEpoch: number;
  /** Why it waits or fails, as a sentence; null when all is well. */
  readonly reason: string | null;
  /** One sentence for each agent that can't take it: shown by explain. */
  readonly rejected: readonly { readonly agent: string; readonly reason: string }[];
  /** Wall time since when it waits; null when it does not. */
  readonly waitingSinceMs: number | null;
}

/**
 * Reads answer from the projection; writes resolve after the commit and after the projection has
 * reached it. All of them throw Fault.
 */
export interface LoadBalancers {
  /**
   * Waits until reads show all that any controller has acknowledged before, so that a client reads
   * its own writes wherever it asks. False where the store does not tell in time: reads then show
   * what this controller knows, which may be older.
   */
  current(): Promise<boolean>;
  list(): readonly LoadBalancerView[];
  get(id: string): LoadBalancerView | null;
  /** The load balancer that a listener, pool, member or health monitor belongs to. */
  ownerOf(childId: string): string | null;
  create(document: LoadBalancerDocument, requestId: string): Promise<LoadBalancerView>;
  edit(id: string, operation: Operation, requestId: string): Promise<LoadBalancerView>;
  delete(id: string, options: { cascade: boolean }, requestId: string): Promise<void>;
  /** Gives it to that agent, if that one can take it; does nothing where it is there already. */
  move(id: string, agent: string): Promise<LoadBalancerView>;
  /** What each listener has counted, read from the device now; 503 where nobody can tell. */
  statistics(id: string): Promise<ListenerStatistics>;
}

/** The fields of a request that say which address a load balancer wants; null where unsaid. */
export interface VipRequest {
  readonly address: string | null;
  readonly subnetId: string | null;
  readonly networkId: string | null;
  readonly portId: string | null;
}

export interface Vip {
  /** In its canonical spelling. */
  readonly address: string;
  /** Null for an address that is in none of the configured pools. */
  readonly subnetId: string | null;
  readonly networkId: string | null;
  readonly portId: string | null;
}

/** The addresses of load balancers; all of it throws Fault. */
export interface Vips {
  /** Where addresses come from. */
  readonly subnets: readonly Subnet[];
  /** What an allocation would give, up to which address of a subnet it is; writes nothing. */
  preview(request: VipRequest): Vip;
  /** Takes an address for the load balancer; asking again for its own address succeeds. */
  allocate(request: VipRequest, loadBalancerId: string): Promise<Vip>;
  /** Gives the address back if it is this load balancer's; otherwise does nothing. */
  release(address: string, loadBalancerId: string): Promise<void>;
}

export interface AgentView {
  readonly id: string;
  readonly host: string;
  readonly incarnation: number;
  /** The liveness machine's state: joining, alive, suspect, restarting, dead, draining, retired. */
  readonly state: string;
  readonly reason: string | null;
  readonly devices: readonly AgentDevice[];
  readonly zone: string | null;
  readonly capacity: number | null;
  readonly boundLoadBalancers: number;
  readonly standbyLoadBalancers: number;
  /** Its host's own addresses. */
  readonly addresses: readonly string[];
  /** Wall time of the last change of state. */
  readonly sinceMs: number;
  /** Set by an operator, with the wall time: nothing new comes to it; draining: nor stays. */
  readonly cordon: { readonly draining: boolean; readonly since: number } | null;
  /** The wall time until which it is waited for, while it is being restarted. */
  readonly awayUntil: number | null;
  /** It comes back from death too often: taken last until then; with wall times. */
  readonly flapping: {
    readonly times: number;
    readonly since: number;
    readonly until: number;
    readonly reason: string;
  } | null;
}

/** A device, as those agents see it that drive it. */
export interface DeviceView {
  readonly name: string;
  readonly driver: string;
  /** How many load balancers it may hold; null means no limit. */
  readonly capacity: number | null;
  readonly loadBalancers: number;
  /** Who drives it, of the agents that live; `lost`: why it is out of that agent's reach. */
  readonly agents: readonly { readonly agent: string; readonly lost: string | null }[];
}

/** What came of the wish that an agent be restarted. */
export interface Restarting {
  /** The one that ends; null where it had ended before. */
  readonly incarnation: number | null;
  /** The wall time until which the next one is waited for. */
  readonly until: number | null;
}

/** Whether judges hold verdicts back, because a large part of the fleet went at once. */
export interface BrakeView {
  readonly engaged: boolean;
  /** Wall time. */
  readonly sinceMs: number | null;
  readonly reason: string | null;
  /** The hosts that went, and how many there were. */
  readonly gone: readonly string[];
  readonly hosts: number;
}

/** How many commands of this controller are under way to agents, and how many wait for their turn. */
export interface PacingView {
  /** As many to one agent at once, at most. */
  readonly commandsInFlight: number;
  /** Those to whom any are under way. */
  readonly agents: readonly {
    readonly agent: string;
    readonly inFlight: number;
    readonly waiting: number;
    /** Of those that wait, how many take over what nobody looks after. */
    readonly takeovers: number;
    /** For how long the first of them has been waiting. */
    readonly waitsMs: number;
  }[];
}

/** What would move, or moves, because an agent holds too many. */
export interface RebalanceView {
  readonly mode: 'off' | 'paced';
  readonly movesInFlight: number;
  /** Why nothing moves now; null where nothing speaks against it. */
  readonly blocked: string | null;
  readonly moves: readonly {
    readonly loadBalancer: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly agents: readonly { readonly agent: string; readonly load: number }[];
}

/** Writes resolve once they are committed and shown, and throw Fault. */
export interface Fleet {
  agents(): readonly AgentView[];
  devices(): readonly DeviceView[];
  brake(): BrakeView;
  /** Lets verdicts pass that are held back now; throws Fault (503) where not all controllers were told. */
  releaseBrake(): void;
  pacing(): PacingView;
  /** Sends what waits for its turn now, to this agent or to all; throws Fault (503) as with the brake. */
  releasePacing(agent: string | null): void;
  rebalance(): RebalanceView;
  /** Begins a pass, or goes on with it; throws Fault (503) as with the brake. */
  startRebalance(): void;
  cordon(agent: string, options: { draining: boolean }): Promise<void>;
  uncordon(agent: string): Promise<void>;
  /** It is placed like any other again, however often it has died. */
  trust(agent: string): Promise<void>;
  /** Resolves when the agent is waited for and about to end; null stands for whatever incarnation serves. */
  restart(agent: string, incarnation: number | null): Promise<Restarting>;
}

/** A machine's step from one state to another, at the moment when it was taken. */
export interface TransitionEvent {
  readonly sequence: number;
  readonly atMs: number;
  readonly kind: 'load-balancer' | 'agent';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly binding: Seat | null;
  readonly reason: string | null;
}

export interface TransitionFeed {
  /** Events after `sequence` that are still in memory (bounded), oldest first. */
  since(sequence: number): readonly TransitionEvent[];
  subscribe(listen: (event: TransitionEvent) => void): () => void;
}

/** All of it together, as the API is given it. */
export interface Services {
  readonly loadBalancers: LoadBalancers;
  readonly fleet: Fleet;
  readonly feed: TransitionFeed;
  readonly vips: Vips;
}
