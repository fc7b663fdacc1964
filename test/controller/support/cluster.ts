import { MemoryDevice } from '../../../drivers/memory/device.ts';
import { memoryDescriptor, memoryDriver } from '../../../drivers/memory/driver.ts';
import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { driverOf } from '../../../machines/protocol/device-name.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { presets, type Timings } from '../../../machines/timings/timings.ts';
import {
  processBus,
  processDriver,
  processJournal,
  processStores,
} from '../../../simulator/world/process-ports.ts';
import { VirtualProcess } from '../../../simulator/world/process.ts';
import { VirtualWorkQueues } from '../../../simulator/world/queue/virtual-work-queues.ts';
import { RandomStream } from '../../../simulator/world/random-streams.ts';
import { virtualStores } from '../../../simulator/world/store/virtual-stores.ts';
import { ProcessClock } from '../../../simulator/world/virtual-clock.ts';
import { type MemoryBus, MemoryBroker } from '../../../src/adapters/memory-bus.ts';
import { MemoryJournal } from '../../../src/adapters/memory-journal.ts';
import { Agent, type AgentOptions } from '../../../src/agent/agent.ts';
import { nextIncarnation } from '../../../src/agent/incarnation.ts';
import type { LoadBalancerView, TransitionEvent } from '../../../src/api/services.ts';
import type { ControllerOptions } from '../../../src/controller/controller-options.ts';
import { Controller } from '../../../src/controller/controller.ts';
import { bucketNames, type Stores } from '../../../src/ports/store.ts';
import { recordingLog } from '../../adapters/recording-log.ts';
import { loadBalancerDocument } from '../../fixtures/documents.ts';
import { Virtual } from '../../host/support/virtual.ts';
import { descriptors } from './descriptors.ts';
import { outages, withOutages } from './outages.ts';

export interface AgentSpec {
  readonly id: string;
  readonly host?: string;
  /** Or devices of them, such as `memory/east`. */
  readonly drivers?: readonly string[];
  readonly capacity?: number;
  /** How many load balancers each device may hold, by its name. */
  readonly devices?: Readonly<Record<string, number>>;
  readonly zone?: string;
}

interface Running<T> {
  readonly process: VirtualProcess;
  readonly bus: MemoryBus;
  readonly it: T;
}

const shards = 4;
/** Virtual milliseconds. */
const hop = { net: 1, store: 2, device: 3 };

/** Controllers and agents of `src/` in virtual time, with the hands of a test on every wire. */
export class Cluster extends Virtual {
  readonly timings: Timings;
  readonly queues: VirtualWorkQueues;
  readonly stores = virtualStores(this.clock, { delayMs: () => hop.store });
  readonly outages = outages();
  readonly log = recordingLog();
  /** Every step of every actor of the newest controller. */
  readonly steps: TransitionEvent[] = [];
  readonly broker: MemoryBroker;
  /** Agents that were asked to end, and to be started again. */
  readonly restarting: string[] = [];
  readonly #agents = new Map<string, Running<Agent>>();
  readonly #controllers = new Map<string, Running<Controller>>();
  readonly #journals = new Map<string, MemoryJournal>();
  readonly #appliances = new Map<string, MemoryDevice>();
  readonly #specs = new Map<string, AgentSpec>();
  readonly #cut = new Set<string>();
  readonly #parted = new Set<string>();
  /** How controllers that are started from now on place load balancers. */
  placement: Partial<ControllerOptions> = {};
  /** Drivers of which controllers that are started from now on let agents take load balancers from queues. */
  queued: ReadonlySet<string> = new Set();
  newController = (options: ControllerOptions) => new Controller(options);
  newAgent = (options: AgentOptions) => new Agent(options);
  #newest: Controller | null = null;
  /** A test's own ids decide where its load balancers go, and are the same in every run. */
  readonly #ids = new RandomStream(1, 'load balancers');
  #requests = 0;
  /** Every message that a process has sent, in order. */
  readonly sent: { readonly from: string; readonly subject: string; readonly data: string }[] = [];

  constructor(timings: Partial<Timings> = {}) {
    super();
    this.timings = { ...presets.lan, ...timings };
    const queued = { takenMs: this.timings.ticketMs, delayMs: () => hop.store };
    this.queues = new VirtualWorkQueues(this.clock, queued);
    const idOf = (name: string) => name.split('/')[1] ?? '';
    const isCut = (name: string) => this.#cut.has(idOf(name));
    const isParted = (from: string, to: string) =>
      this.#parted.has(idOf(from)) && this.#parted.has(idOf(to));
    this.broker = new MemoryBroker(this.clock, {
      delayMs: (from, to) => (isCut(from) || isCut(to) || isParted(from, to) ? Infinity : hop.net),
    });
  }

  /** A controller and agents with these ids, all ready. */
  static async with(agents: readonly (string | AgentSpec)[], timings: Partial<Timings> = {}) {
    const cluster = new Cluster(timings);
    await cluster.startController();
    for (const agent of agents) await cluster.startAgent(agent);
    return cluster;
  }

  // Controllers.

  get controller(): Controller {
    if (this.#newest === null) throw new Error('no controller runs in this cluster');
    return this.#newest;
  }

  async startController(id: string = 'controller-1'): Promise<Controller> {
    const connection = subjects.controllerConnection(id);
    const { process, clock, bus, queues } = this.#process(id, connection);
    const controller = this.newController({
      id,
      bus: this.#wired(process, bus),
      stores: processStores(process, withOutages(this.stores, this.outages)),
      clock,
      random: new RandomStream(this.time.nowMs + 1, id),
      log: this.log,
      timings: this.timings,
      shards,
      resolveDriver: (name) => descriptors.find((driver) => driver.name === name) ?? null,
      purged: () => undefined,
      dispatch: { queues, drivers: this.queued },
      ...this.placement,
    });
    controller.transitions.subscribe((step) => this.steps.push(step));
    this.#controllers.set(id, { process, bus, it: controller });
    await this.settled(controller.start());
    this.#newest = controller;
    return controller;
  }

  killController(id: string = 'controller-1'): void {
    this.#controllers.get(id)?.process.kill();
    this.#controllers.delete(id);
  }

  restartController(): Promise<Controller> {
    this.killController();
    return this.startController();
  }

  controllerOf(id: string): Controller {
    const running = this.#controllers.get(id);
    if (running === undefined) throw new Error(`controller ${id} does not run`);
    return running.it;
  }

  /** The shards that the running controllers own, but for those of `but`, in order. */
  owned(but: Controller | null = null): readonly number[] {
    const controllers = [...this.#controllers.values()].map(({ it }) => it);
    return controllers
      .filter((controller) => controller !== but)
      .flatMap((controller) => controller.ownedShards())
      .toSorted((a, b) => a - b);
  }

  busOf(id: string): MemoryBus {
    return this.#running(id).bus;
  }

  /** Holds a process up as SIGSTOP does, until it is resumed. */
  pause(id: string): void {
    this.#running(id).process.pause();
  }

  resume(id: string): void {
    this.#running(id).process.resume();
  }

  /** NATS loses power, with what was written to these buckets in the last while; `meanwhile` it is away. */
  losePower(
    lostMs: Partial<Record<keyof Stores, number>>,
    meanwhile: () => void = () => undefined,
  ): void {
    const lines = () =>
      [...this.#controllers.keys(), ...this.#agents.keys()].map((id) => this.#running(id).bus);
    for (const bus of lines()) bus.disconnect(null);
    for (const bucket of bucketNames) this.stores[bucket].line('').disconnect();
    for (const bucket of bucketNames) this.stores[bucket].losePower(lostMs[bucket] ?? 0);
    meanwhile();
    for (const bus of lines()) bus.reconnect();
    for (const bucket of bucketNames) this.stores[bucket].line('').connect();
  }

  #running(id: string): Running<Agent | Controller> {
    const running = this.#agents.get(id) ?? this.#controllers.get(id);
    if (running === undefined) throw new Error(`nobody called ${id} runs here`);
    return running;
  }

  #process(id: string, connection: string) {
    const process = new VirtualProcess(id, (delayMs, run) => this.time.schedule(delayMs, id, run));
    const bus = this.broker.connect(connection);
    process.onDeath(() => bus.kill());
    const deliver = (run: () => void) => process.deliver(run);
    const clock = new ProcessClock(this.time, id, deliver);
    const queues = this.queues.as(id, { clock, deliver });
    process.onDeath(() => this.queues.line(id).disconnect());
    return { process, bus, clock, queues };
  }

  #wired(process: VirtualProcess, bus: MemoryBus) {
    return processBus(process, bus, (subject, data) =>
      this.sent.push({ from: process.name, subject, data }),
    );
  }

  // Agents.

  agent(id: string): Agent {
    const running = this.#agents.get(id);
    if (running === undefined) throw new Error(`agent ${id} does not run`);
    return running.it;
  }

  /** Starts an agent, and waits until it serves where a controller can hear it. */
  async startAgent(given: string | AgentSpec): Promise<Agent> {
    const spec = typeof given === 'string' ? (this.#specs.get(given) ?? { id: given }) : given;
    const agent = await this.launchAgent(spec);
    await this.until(`${spec.id} serves`, () => agent.state === 'serving');
    await this.until(`${spec.id} is alive`, () => this.stateOf(spec.id) === 'alive');
    return agent;
  }

  async launchAgent(spec: AgentSpec): Promise<Agent> {
    const { id, host = `host-${spec.id}`, drivers = ['memory'], capacity = null } = spec;
    this.#specs.set(id, spec);
    const disk = this.#journals.get(id) ?? new MemoryJournal(this.clock);
    this.#journals.set(id, disk);
    const sources = { journal: disk, clock: this.clock, random: new RandomStream(1, id) };
    const incarnation = await this.settled(nextIncarnation(sources));
    const connection = subjects.agentConnection(id, incarnation);
    const { process, clock, bus, queues } = this.#process(id, connection);
    const agent = this.newAgent({
      id,
      description: { host, zone: spec.zone ?? null, capacity, addresses: [], version: 'test' },
      incarnation,
      bus: this.#wired(process, bus),
      journal: processJournal(process, disk),
      drivers: new Map(
        drivers.map((name) => {
          const descriptor =
            descriptors.find((each) => each.name === driverOf(name)) ?? memoryDescriptor;
          const driver = { ...memoryDriver(this.appliance(name, host), id), descriptor };
          return [name, processDriver(process, driver)];
        }),
      ),
      random: new RandomStream(this.time.nowMs + 1, id),
      queues,
      capacities: new Map(Object.entries(spec.devices ?? {})),
      clock,
      log: this.log,
      timings: this.timings,
      shards,
      restart: () => this.restarting.push(id),
    });
    this.#agents.set(id, { process, bus, it: agent });
    agent.start();
    return agent;
  }

  /** As where its service is restarted: it ends when it is waited for. */
  async stopForRestart(id: string): Promise<void> {
    await this.settled(this.agent(id).stop({ comesBack: true }));
    this.killAgent(id);
  }

  /** As kill -9: its connection is closed by the kernel, and nobody says goodbye. */
  killAgent(id: string): void {
    this.#agents.get(id)?.process.kill();
    this.#agents.delete(id);
  }

  /** From now on these don't reach each other; everybody else reaches all of them. */
  part(...ids: readonly string[]): void {
    for (const id of ids) this.#parted.add(id);
  }

  /** Nothing reaches it and nothing comes from it, without any connection being closed. */
  cut(id: string): void {
    this.#cut.add(id);
  }

  heal(): void {
    this.#cut.clear();
    this.#parted.clear();
  }

  stateOf(agent: string): string | null {
    return this.controller.fleet.agents().find(({ id }) => id === agent)?.state ?? null;
  }

  untilAgent(id: string, state: string, limitMs?: number): Promise<void> {
    return this.until(`${id} is ${state}`, () => this.stateOf(id) === state, limitMs);
  }

  /** The appliance of a driver: one for all, but one for each host where nothing can leave it. */
  appliance(driver: string = 'memory', host: string = ''): MemoryDevice {
    const key = driver === 'tied' ? `tied on ${host}` : driver;
    let appliance = this.#appliances.get(key);
    if (appliance === undefined) {
      const latency = () => ({ beforeMs: hop.device, afterMs: hop.device });
      appliance = new MemoryDevice({ clock: this.clock, latency });
      this.#appliances.set(key, appliance);
    }
    return appliance;
  }

  // Load balancers, as a client sees them.

  requestId(): string {
    return `req-${(this.#requests += 1)}`;
  }

  async create(given: Partial<LoadBalancerDocument> = {}): Promise<string> {
    const document = loadBalancerDocument({ id: this.#ids.uuid(), ...given });
    const written = this.controller.loadBalancers.create(document, this.requestId());
    return (await this.settled(written)).document.id;
  }

  async createBound(given: Partial<LoadBalancerDocument> = {}): Promise<string> {
    const id = await this.create(given);
    await this.untilSettled(id);
    return id;
  }

  rename(id: string, name: string): Promise<LoadBalancerView> {
    const operation = { type: 'load-balancer.update', changes: { name } } as const;
    return this.controller.loadBalancers.edit(id, operation, this.requestId());
  }

  delete(id: string): Promise<void> {
    return this.controller.loadBalancers.delete(id, { cascade: true }, this.requestId());
  }

  view(id: string): LoadBalancerView {
    const view = this.controller.loadBalancers.get(id);
    if (view === null) throw new Error(`there is no load balancer ${id}`);
    return view;
  }

  state(id: string): string | null {
    return this.controller.loadBalancers.get(id)?.state ?? null;
  }

  untilState(id: string, state: string, limitMs?: number): Promise<void> {
    return this.until(`${id} is ${state}`, () => this.state(id) === state, limitMs);
  }

  /** Bound, applied, and nothing is on its way to a better seat. */
  async untilSettled(id: string, limitMs?: number): Promise<void> {
    await this.until(
      `${id} is bound and applied`,
      () => {
        const view = this.controller.loadBalancers.get(id);
        return view?.state === 'bound.settled' && view.appliedGeneration === view.generation;
      },
      limitMs,
    );
    // The standby's commit follows the first settling.
    await this.run(20);
  }

  untilGone(id: string): Promise<void> {
    return this.until(`${id} is gone`, () => this.controller.loadBalancers.get(id) === null);
  }

  holder(id: string): string {
    const { binding } = this.view(id);
    if (binding === null) throw new Error(`nobody holds ${id}`);
    return binding.agent;
  }

  standby(id: string): string {
    const { standby } = this.view(id);
    if (standby === null) throw new Error(`${id} has no standby`);
    return standby.agent;
  }

  /** What its appliance did for a load balancer: `kind epoch/generation by agent`. */
  done(id: string, appliance: MemoryDevice = this.appliance()): readonly string[] {
    return appliance.log
      .filter(({ lb }) => lb === id)
      .map(({ kind, epoch, generation, agent }) => `${kind} ${epoch}/${generation} by ${agent}`);
  }
}
