import type { ListenerStatistics } from '../../machines/health/statistics.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import { applyOperation, canDelete } from '../../machines/model/operations/apply.ts';
import { Operation } from '../../machines/model/operations/operation.ts';
import { timestampOf } from '../../machines/model/operations/stamp.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type {
  AgentView,
  BrakeView,
  DeviceView,
  Fleet,
  PacingView,
  RebalanceView,
  Restarting,
  LoadBalancers,
  LoadBalancerView,
  TransitionEvent,
  TransitionFeed,
} from '../../src/api/services.ts';

const silent: OperatingReport = { loadBalancer: 'OFFLINE', listeners: {}, pools: {}, members: {} };

/** Load balancers in memory, edited by the real rules; nothing is applied until a test says so. */
export class FakeLoadBalancers implements LoadBalancers {
  readonly #views = new Map<string, LoadBalancerView>();
  readonly #clock: Clock;
  readonly requestIds: string[] = [];
  /** Thrown by the next write. */
  failure: Error | null = null;
  isCurrent = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  current(): Promise<boolean> {
    return Promise.resolve(this.isCurrent);
  }

  list(): readonly LoadBalancerView[] {
    return [...this.#views.values()];
  }

  get(id: string): LoadBalancerView | null {
    return this.#views.get(id) ?? null;
  }

  ownerOf(childId: string): string | null {
    for (const { document } of this.#views.values()) {
      const ids = [
        ...document.listeners.map((listener) => listener.id),
        ...document.pools.flatMap((pool) => [
          pool.id,
          pool.healthmonitor?.id,
          ...pool.members.map((member) => member.id),
        ]),
      ];
      if (ids.includes(childId)) return document.id;
    }
    return null;
  }

  async create(document: LoadBalancerDocument, requestId: string): Promise<LoadBalancerView> {
    this.#admit(requestId);
    const view: LoadBalancerView = {
      document,
      generation: 1,
      appliedGeneration: 0,
      deleting: false,
      provisioningStatus: 'PENDING_CREATE',
      operating: silent,
      state: 'pending',
      device: null,
      binding: null,
      standby: null,
      lastEpoch: 0,
      reason: null,
      rejected: [],
      waitingSinceMs: null,
    };
    this.#views.set(document.id, view);
    return view;
  }

  async edit(id: string, operation: Operation, requestId: string): Promise<LoadBalancerView> {
    this.#admit(requestId);
    const view = this.#standing(id);
    const generation = view.generation + 1;
    const stamp = { generation, now: timestampOf(this.#clock.wallMs()) };
    // Through text, as the bus does it, so that a test sees what an owner would.
    const sent = Operation.parse(JSON.parse(JSON.stringify(operation)));
    const document = applyOperation(view.document, sent, stamp);
    return this.change(id, { document, generation, provisioningStatus: 'PENDING_UPDATE' });
  }

  async delete(id: string, options: { cascade: boolean }, requestId: string): Promise<void> {
    this.#admit(requestId);
    canDelete(this.#standing(id).document, options.cascade);
    this.change(id, { deleting: true, provisioningStatus: 'PENDING_DELETE' });
  }

  async move(id: string, agent: string): Promise<LoadBalancerView> {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    return this.change(id, { binding: { agent, incarnation: 1, epoch: 2 } });
  }

  /** What is answered to whoever asks for statistics. */
  counted: ListenerStatistics = {};

  async statistics(): Promise<ListenerStatistics> {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    return this.counted;
  }

  #admit(requestId: string): void {
    this.requestIds.push(requestId);
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
  }

  #standing(id: string): LoadBalancerView {
    const view = this.#views.get(id);
    if (view === undefined) throw new Fault(404, `Load Balancer ${id} not found.`);
    if (view.deleting) {
      throw new Fault(409, `Load Balancer ${id} is immutable and cannot be updated.`);
    }
    return view;
  }

  /** What the actor would have come to. */
  change(id: string, fields: Partial<LoadBalancerView>): LoadBalancerView {
    const view = this.#views.get(id);
    if (view === undefined) throw new Error(`no load balancer ${id}`);
    const next = { ...view, ...fields };
    this.#views.set(id, next);
    return next;
  }

  /** A device has confirmed all that was asked for. */
  settle(id: string): void {
    const view = this.#views.get(id);
    if (view === undefined) throw new Error(`no load balancer ${id}`);
    this.change(id, { appliedGeneration: view.generation, provisioningStatus: 'ACTIVE' });
  }
}

export class FakeFeed implements TransitionFeed {
  readonly #events: TransitionEvent[] = [];
  readonly #listeners = new Set<(event: TransitionEvent) => void>();

  get subscribers(): number {
    return this.#listeners.size;
  }

  since(sequence: number): readonly TransitionEvent[] {
    return this.#events.filter((event) => event.sequence > sequence);
  }

  subscribe(listen: (event: TransitionEvent) => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  emit(fields: Partial<TransitionEvent> = {}): void {
    const event: TransitionEvent = {
      sequence: this.#events.length + 1,
      atMs: 0,
      kind: 'load-balancer',
      id: 'a',
      from: 'pending',
      to: 'bound.settled',
      event: 'committed',
      binding: null,
      reason: null,
      ...fields,
    };
    this.#events.push(event);
    for (const listen of this.#listeners) listen(event);
  }
}

export const anAgent: AgentView = {
  id: 'agent-1',
  host: 'host-1',
  incarnation: 3,
  state: 'alive',
  reason: null,
  devices: [{ device: 'memory', capacity: null, lost: null }],
  zone: null,
  capacity: null,
  addresses: [],
  boundLoadBalancers: 2,
  standbyLoadBalancers: 1,
  sinceMs: Date.UTC(2026, 0, 1),
  cordon: null,
  awayUntil: null,
  flapping: null,
};

/** One agent, which does what it is told. */
export class FakeFleet implements Fleet {
  #agent = anAgent;

  agents(): readonly AgentView[] {
    return [this.#agent];
  }

  devices(): readonly DeviceView[] {
    const agents = [{ agent: this.#agent.id, lost: 'connect ECONNREFUSED' }];
    return [{ name: 'caddy/edge-1', driver: 'caddy', capacity: 9, loadBalancers: 2, agents }];
  }

  async cordon(agent: string, { draining }: { draining: boolean }): Promise<void> {
    this.#set(agent, { draining, since: Date.UTC(2026, 0, 2) });
  }

  engaged: Partial<BrakeView> = {};

  brake(): BrakeView {
    return { engaged: false, sinceMs: null, reason: null, gone: [], hosts: 3, ...this.engaged };
  }

  releaseBrake(): void {
    this.engaged = {};
  }

  waiting = 3;

  pacing(): PacingView {
    const counts = { inFlight: 4, waiting: this.waiting, takeovers: 1, waitsMs: 1_500.4 };
    return { commandsInFlight: 4, agents: [{ agent: this.#agent.id, ...counts }] };
  }

  releasePacing(): void {
    this.waiting = 0;
  }

  passes = 0;

  rebalance(): RebalanceView {
    const moves = [{ loadBalancer: 'web', from: 'agent-1', to: 'agent-2' }];
    const agents = [{ agent: this.#agent.id, load: 9 }];
    return { mode: 'off', movesInFlight: 4, blocked: 'agent agent-3 is suspect', moves, agents };
  }

  startRebalance(): void {
    this.passes += 1;
  }

  async trust(agent: string): Promise<void> {
    this.#set(agent, null);
  }

  /** It comes back from death too often. */
  flap(): void {
    const since = Date.UTC(2026, 0, 4);
    const flapping = { times: 4, since, until: since + 60_000, reason: 'has died 4 times' };
    this.#agent = { ...anAgent, flapping };
  }

  async uncordon(agent: string): Promise<void> {
    this.#set(agent, null);
  }

  async restart(agent: string, incarnation: number | null): Promise<Restarting> {
    if (agent !== anAgent.id) throw new Fault(404, `Agent ${agent} not found.`);
    if (incarnation !== null && incarnation < anAgent.incarnation) {
      return { incarnation: null, until: null };
    }
    return { incarnation: anAgent.incarnation, until: Date.UTC(2026, 0, 3) };
  }

  #set(agent: string, cordon: AgentView['cordon']): void {
    if (agent !== anAgent.id) throw new Fault(404, `Agent ${agent} not found.`);
    this.#agent = { ...anAgent, cordon };
  }
}
