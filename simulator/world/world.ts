import type { Kept } from '../../drivers/memory/contents.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';
import { assertRelations } from '../../machines/timings/relations.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { Agent } from '../../src/agent/agent.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { Stores } from '../../src/ports/store.ts';
import { AgentHost } from './agent-host.ts';
import { ControllerHost } from './controller-host.ts';
import { Exposure } from './exposure.ts';
import type { Host } from './host.ts';
import { Damages } from './damages.ts';
import { Losses } from './losses.ts';
import { MarkerDisk } from './marker-disk.ts';
import { drainBetween } from './drain.ts';
import type { Observer, WorldEvent } from './events.ts';
import { NatsServer } from './nats-server.ts';
import { Network } from './network.ts';
import { observedStores } from './observed-store.ts';
import { soundParts, type WorldParts } from './parts.ts';
import { applianceName, type Place, type Site, virtualDescriptor } from './places.ts';
import { sitesIn } from './sites.ts';
import { storesAs, type VirtualStores, virtualStores } from './store/virtual-stores.ts';
import { VirtualWorkQueues } from './queue/virtual-work-queues.ts';
import { RandomStream } from './random-streams.ts';
import type { Kernel } from './kernel.ts';
import { hostOf, type Inventory, inventoryOf, type Topology } from './topology.ts';
import { Trace } from './trace.ts';
import { Traffic } from './traffic.ts';
import { virtualFence } from './virtual-fence.ts';
import { ProcessClock, VirtualTime } from './virtual-clock.ts';

export interface WorldOptions extends Topology {
  readonly seed: number;
  readonly timings: Timings;
  readonly shards: number;
  readonly parts?: Partial<WorldParts>;
  readonly trace?: Trace;
}

/** How long one hop takes in milliseconds, from and to. */
const delays = { net: [0.1, 1.5], store: [0.2, 2], device: [0.5, 8], disk: [0.05, 1] } as const;
type Medium = keyof typeof delays;

/** How much later than due Linux was seen to drop an address. */
export const kernelLatenessMs = [20, 310] as const;

/** Longer than anything that a start or a request may take. */
const settleLimitMs = 3_600_000;

/**
 * A world in one process: virtual time, network, store, hosts, appliances that every agent
 * reaches, and on each host what runs there. It runs the controllers and the agents of `src/`,
 * unchanged.
 */
export class World {
  readonly options: WorldOptions;
  readonly parts: WorldParts;
  readonly time = new VirtualTime();
  readonly trace: Trace;
  readonly clock: ProcessClock;
  readonly network: Network;
  readonly nats: NatsServer = new NatsServer(this);
  readonly stores: VirtualStores;
  /** Null where nothing is queued. */
  readonly queues: VirtualWorkQueues | null;
  readonly inventory: Inventory;
  /** Where load balancers are served, by name. */
  readonly places: ReadonlyMap<string, Place>;
  readonly traffic = new Traffic();
  readonly exposure = new Exposure();
  /** What stores have forgotten of what they acknowledged. */
  readonly losses = new Losses();
  /** What was damaged on hosts' disks. */
  readonly damages = new Damages();
  readonly controllerHosts: ReadonlyMap<string, ControllerHost>;
  readonly agentHosts: ReadonlyMap<string, AgentHost>;
  readonly #streams = new Map<string, RandomStream>();
  readonly #storesFor = new Map<string, Stores>();
  readonly #observers: Observer[] = [];
  readonly #slowness = new Map<Medium, number>();
  #failure: Error | null = null;
  #halted = false;
  #steps = 0;

  constructor(options: WorldOptions) {
    assertRelations(options.timings);
    this.options = options;
    this.parts = { ...soundParts, ...options.parts };
    this.trace = options.trace ?? new Trace();
    this.clock = new ProcessClock(this.time, 'world');
    this.network = new Network(this.clock, () => this.delay('net'));
    this.stores = virtualStores(this.clock, {
      delayMs: () => this.delay('store'),
      chance: (share) => this.stream('store-fate').chance(share),
      onCommitted: (bucket, change, by) => this.emit({ type: 'stored', bucket, change, by }),
      onLost: (bucket, loss) => this.emit({ type: 'lost', bucket, ...loss }),
    });
    this.queues =
      options.queued === true
        ? new VirtualWorkQueues(this.clock, {
            takenMs: options.timings.ticketMs,
            delayMs: () => this.delay('store'),
            chance: (share) => this.stream('queue-fate').chance(share),
          })
        : null;
    this.inventory = inventoryOf(options);
    this.places = new Map(sitesIn(options).map((site) => [site.name, this.#place(site)]));
    this.observe(this.traffic.observer);
    this.observe(this.exposure.observer);
    this.observe(this.losses.observer);
    this.observe(this.damages.observer);
    this.controllerHosts = new Map(
      this.controllerIds().map((id) => [id, new ControllerHost(id, this)]),
    );
    this.agentHosts = new Map(this.agentIds().map((id) => [id, new AgentHost(id, this)]));
  }

  /** The stores as one process sees them, with the bugs that were planted in them. */
  storesFor(process: string): Stores {
    const known = this.#storesFor.get(process);
    if (known !== undefined) return known;
    const observed = observedStores(storesAs(this.stores, process), {
      learnt: (bucket, key, value) => this.emit({ type: 'learnt', process, bucket, key, value }),
      written: (bucket, attempt) => this.emit({ type: 'written', bucket, ...attempt }),
      nowMs: () => this.time.nowMs,
    });
    const stores = this.parts.stores(observed, this.clock);
    this.#storesFor.set(process, stores);
    return stores;
  }

  /** The stream of randomness for one concern. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(this.options.seed, name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  get steps(): number {
    return this.#steps;
  }

  /** The controllers that serve now, in the order of their ids. */
  get controllers(): readonly Controller[] {
    return [...this.controllerHosts.values()].flatMap(({ controller }) => controller ?? []);
  }

  controllerIds(): readonly string[] {
    return this.inventory.controllers;
  }

  controllerHost(id: string): ControllerHost {
    const host = this.controllerHosts.get(id);
    if (host === undefined) throw new Error(`there is no host for ${id} in this world`);
    return host;
  }

  agentIds(): readonly string[] {
    return this.inventory.agents;
  }

  agentHost(id: string): AgentHost {
    const host = this.agentHosts.get(id);
    if (host === undefined) throw new Error(`there is no host for ${id} in this world`);
    return host;
  }

  /** The host of an agent or of a controller. */
  host(id: string): Host {
    return this.controllerHosts.get(id) ?? this.agentHost(id);
  }

  isProcess(id: string): boolean {
    return this.agentHosts.has(id) || this.controllerHosts.has(id);
  }

  agent(id: string): Agent | null {
    return this.agentHost(id).agent;
  }

  place(name: string): Place {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`there is no ${name} in this world`);
    return place;
  }

  readonly descriptor = virtualDescriptor;

  /** How many load balancers each agent may hold; null where nothing limits it. */
  get capacity(): number | null {
    return this.options.capacity ?? null;
  }

  /** The appliance whose conditional write fences stale agents. */
  get appliance(): MemoryDevice {
    return this.place(applianceName).device;
  }

  /** The places that an agent reaches: the appliances, and its own host. */
  placesOf(agent: string): readonly Place[] {
    const host = this.hostOf(agent);
    return [...this.places.values()].filter((each) => each.host === null || each.host === host);
  }

  hostOf(agent: string): string {
    return hostOf(agent, this.options);
  }

  #placesAt(host: string): readonly Place[] {
    return [...this.places.values()].filter((each) => each.host === host);
  }

  agentsOf(host: string): readonly string[] {
    return this.inventory.agents.filter((agent) => this.hostOf(agent) === host);
  }

  /** Loses power with all agents on it, and with all that they run there. */
  killHost(host: string): void {
    for (const id of this.agentsOf(host)) this.agentHost(id).setPower(false);
    for (const { device, kernel } of this.#placesAt(host)) {
      device.halt('the host is down');
      kernel?.clear();
    }
  }

  /** Comes up with its disk, and starts the agents that had run. */
  bootHost(host: string): void {
    if (this.place(host).device.unreachable === null) return;
    for (const { name } of this.#placesAt(host)) this.bootPlace(name, 'disk');
    for (const id of this.agentsOf(host)) this.agentHost(id).setPower(true);
  }

  /** Where a device comes up with what it has kept, it may have forgotten markers. */
  bootPlace(name: string, kept: Kept): void {
    const { device } = this.place(name);
    const before = device.ids().map((id) => [id, device.peek(id)?.marker] as const);
    device.boot(kept);
    for (const [id, marker] of before) {
      if (device.peek(id)?.marker !== marker) this.forgot(name, id);
    }
  }

  /** A device does not know any more what it knew of a load balancer. */
  forgot(place: string, loadBalancer: string): void {
    this.place(place).markers?.thrownAway(loadBalancer);
    this.emit({ type: 'forgot', place, loadBalancer });
  }

  /** Tells of everything that happens from now on. Observers look, and change nothing. */
  observe(observer: Observer): void {
    this.#observers.push(observer);
  }

  emit(event: WorldEvent): void {
    const { nowMs } = this.time;
    if (!followsFromTheRest(event)) this.trace.note(nowMs, event.type, detailOf(event));
    for (const observer of this.#observers) observer(event, nowMs);
  }

  /** Draws how long one hop on a medium takes now. */
  delay(medium: Medium): number {
    const [from, to] = delays[medium];
    const takesMs = this.stream(medium).between(from, to);
    return this.#slowness.size === 0 ? takesMs : takesMs * (this.#slowness.get(medium) ?? 1);
  }

  /** Makes every hop on a medium take this many times as long. */
  slowDown(medium: Medium, factor: number): void {
    this.#slowness.set(medium, factor);
  }

  /** Work that nobody waits for: if it fails, the run ends with its error. */
  background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Stops the world: nothing happens any more. */
  halt(): void {
    this.#halted = true;
  }

  /** Starts them all at once: they find each other while they come up. */
  async startControllers(): Promise<void> {
    const starts = [...this.controllerHosts.values()].map((host) => host.start());
    await this.settle(Promise.all(starts));
  }

  async startAgent(id: string): Promise<void> {
    await this.settle(this.agentHost(id).start());
  }

  /** Lets the world run for `durationMs` of virtual time. */
  async run(durationMs: number): Promise<void> {
    const untilMs = this.time.nowMs + durationMs;
    await drainBetween(() => this.#step(untilMs));
    if (!this.#halted) this.time.jumpTo(untilMs);
  }

  /** Lets the world run until `done` holds; false if it does not within `limitMs`. */
  async runUntil(done: () => boolean, limitMs: number): Promise<boolean> {
    const untilMs = this.time.nowMs + limitMs;
    await drainBetween(() => !done() && this.#step(untilMs));
    return done();
  }

  /** Lets the world run until the promise is settled. */
  async settle<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const noted = work.finally(() => {
      settled = true;
    });
    noted.catch(() => undefined);
    if (!(await this.runUntil(() => settled, settleLimitMs))) {
      throw new Error('nothing happens any more, and what was waited for is not settled');
    }
    return noted;
  }

  #place({ name, descriptor, host }: Site): Place {
    const kernel = descriptor.fence === 'lease' ? this.#kernel(name) : null;
    const markers = host === null ? null : this.#markers(name);
    const device = this.parts.device({
      clock: this.clock,
      ...virtualFence(descriptor, () => this.delay('device')),
      ...(kernel === null ? {} : { addressed: (id) => kernel.has(id) }),
      ...(markers === null ? {} : { admit: (id) => markers.admit(id) }),
      onEntry: (entry) => {
        if (entry.kind !== 'refused') markers?.written(entry.lb);
        this.emit({ type: 'device', place: name, entry });
      },
      onServing: (loadBalancer, agent, cause) =>
        this.emit({ type: 'served', place: name, loadBalancer, agent, cause }),
    });
    return { name, descriptor, device, host, kernel, markers };
  }

  #markers(place: string): MarkerDisk {
    return new MarkerDisk({
      device: () => this.place(place).device,
      damaged: (loadBalancer, how, now) =>
        this.emit({ type: 'damaged', place, loadBalancer, how, now }),
      forgot: (loadBalancer, now) => this.emit({ type: 'forgot', place, loadBalancer, now }),
      mended: (loadBalancer, marker) => this.emit({ type: 'mended', place, loadBalancer, marker }),
    });
  }

  #kernel(place: string): Kernel {
    return this.parts.kernel({
      clock: this.clock,
      latenessMs: () => this.stream('kernel').between(...kernelLatenessMs),
      changed: (id) => this.place(place).device.readdressed(id),
    });
  }

  #step(untilMs: number): boolean {
    if (this.#failure !== null) throw this.#failure;
    if (this.#halted) return false;
    const event = this.time.next(untilMs);
    if (event === null) return false;
    this.#steps += 1;
    this.trace.step(event.dueMs, event.tag);
    event.run();
    return true;
  }
}

/** Leaving it out of the trace makes runs twice as fast. */
function followsFromTheRest({ type }: WorldEvent): boolean {
  return type === 'sent' || type === 'commanded' || type === 'learnt' || type === 'written';
}

/** A record is JSON already, and to quote it once more costs more than the rest of a write. */
function detailOf(event: WorldEvent): string {
  if (event.type === 'wire') {
    const { client, controller, request, answer } = event;
    const { method, path } = request;
    return `${client} ${controller} ${method} ${path} ${answer?.status} ${answer?.text}`;
  }
  if (event.type !== 'stored') return JSON.stringify(event);
  const { bucket, change } = event;
  const value = change.type === 'put' ? change.value : '';
  return `${bucket} ${change.key} ${change.type} ${change.revision} ${value}`;
}
