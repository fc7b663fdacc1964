import { memoryDescriptor, memoryDriver } from '../../drivers/memory/driver.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { assertRelations } from '../../machines/timings/relations.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { MemoryJournal } from '../../src/adapters/memory-journal.ts';
import { type MemoryStores, memoryStores } from '../../src/adapters/memory-store.ts';
import { Agent } from '../../src/agent/agent.ts';
import { nextIncarnation } from '../../src/agent/incarnation.ts';
import { Controller } from '../../src/controller/controller.ts';
import { agentConnection, controllerConnection } from '../../machines/protocol/subjects.ts';
import { drainBetween } from './drain.ts';
import { VirtualProcess } from './process.ts';
import { RandomStream } from './random-streams.ts';
import { Trace } from './trace.ts';
import { ProcessClock, VirtualTime } from './virtual-clock.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly timings: Timings;
  readonly agents: number;
  readonly shards: number;
}

interface AgentProcess {
  readonly process: VirtualProcess;
  readonly agent: Agent;
}

/** How long one hop on the virtual network, in the store and at a device takes, in milliseconds. */
const delays = { net: [0.1, 1.5], store: [0.2, 2], device: [0.5, 8] } as const;

/**
 * A world in one process: virtual time, network, store, hosts and one appliance that every agent
 * reaches. It runs the controller and the agents of `src/`, unchanged.
 */
export class World {
  readonly options: WorldOptions;
  readonly time = new VirtualTime();
  readonly trace = new Trace();
  readonly device: MemoryDevice;
  readonly stores: MemoryStores;
  readonly #clock: ProcessClock;
  readonly #broker: MemoryBroker;
  readonly #streams = new Map<string, RandomStream>();
  readonly #journals = new Map<string, MemoryJournal>();
  readonly #agents = new Map<string, AgentProcess>();
  readonly #observers: (() => void)[] = [];
  #controller: { readonly process: VirtualProcess; readonly controller: Controller } | null = null;

  constructor(options: WorldOptions) {
    this.options = options;
    assertRelations(options.timings);
    const worldClock = new ProcessClock(this.time, 'world');
    this.#clock = worldClock;
    const span = (stream: string, [from, to]: readonly [number, number]) =>
      this.stream(stream).between(from, to);
    this.#broker = new MemoryBroker(worldClock, { delayMs: () => span('net', delays.net) });
    this.stores = memoryStores(worldClock, { delayMs: () => span('store', delays.store) });
    this.device = new MemoryDevice({
      clock: worldClock,
      latency: () => ({
        beforeMs: span('device', delays.device),
        afterMs: span('device', delays.device),
      }),
      onEntry: (entry) => this.trace.note(entry.at, 'device', JSON.stringify(entry)),
    });
    for (const [bucket, store] of Object.entries(this.stores)) {
      store.watch(
        (change) => this.trace.note(this.time.nowMs, `store.${bucket}`, JSON.stringify(change)),
        () => undefined,
      );
    }
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

  get controller(): Controller {
    if (this.#controller === null) throw new Error('no controller runs in this world');
    return this.#controller.controller;
  }

  agentIds(): readonly string[] {
    return Array.from({ length: this.options.agents }, (_, index) => `agent-${index + 1}`);
  }

  agent(id: string): Agent | null {
    return this.#agents.get(id)?.agent ?? null;
  }

  /** Calls `look` after every step of the world. */
  observe(look: () => void): void {
    this.#observers.push(look);
  }

  async startController(id: string = 'controller-1'): Promise<void> {
    const clock = new ProcessClock(this.time, id);
    const bus = this.#broker.connect(controllerConnection(id));
    const process = new VirtualProcess(id, clock, bus, this.stores);
    const controller = new Controller({
      id,
      bus,
      stores: process.stores,
      clock,
      random: this.stream(`controller:${id}`),
      log: silentLog,
      timings: this.options.timings,
      shards: this.options.shards,
      resolveDriver: (name) => (name === memoryDescriptor.name ? memoryDescriptor : null),
      purged: () => undefined,
    });
    this.#controller = { process, controller };
    await this.settle(controller.start());
  }

  killController(): void {
    this.#controller?.process.kill();
    this.#controller = null;
  }

  async startAgent(id: string): Promise<void> {
    const clock = new ProcessClock(this.time, id);
    let journal = this.#journals.get(id);
    if (journal === undefined) {
      journal = new MemoryJournal(this.#clock);
      this.#journals.set(id, journal);
    }
    const incarnation = await this.settle(nextIncarnation(journal, clock));
    const bus = this.#broker.connect(agentConnection(id, incarnation));
    const process = new VirtualProcess(id, clock, bus, this.stores);
    const agent = new Agent({
      id,
      description: { host: `host-${id}`, zone: null, capacity: null, version: 'simulated' },
      incarnation,
      bus,
      journal,
      drivers: new Map([[memoryDescriptor.name, memoryDriver(this.device, id)]]),
      clock,
      log: silentLog,
      timings: this.options.timings,
      shards: this.options.shards,
    });
    this.#agents.set(id, { process, agent });
    agent.start();
  }

  killAgent(id: string): void {
    this.trace.note(this.time.nowMs, 'kill', id);
    this.#agents.get(id)?.process.kill();
    this.#agents.delete(id);
  }

  /** Lets the world run for `durationMs` of virtual time. */
  async run(durationMs: number): Promise<void> {
    const untilMs = this.time.nowMs + durationMs;
    await drainBetween(() => this.#step(untilMs));
    this.time.jumpTo(untilMs);
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
    if (!(await this.runUntil(() => settled, 3_600_000))) {
      throw new Error('nothing happens any more, and the promise is not settled');
    }
    return noted;
  }

  #step(untilMs: number): boolean {
    const event = this.time.next(untilMs);
    if (event === null) return false;
    this.trace.note(event.dueMs, event.tag);
    event.run?.();
    for (const look of this.#observers) look();
    return true;
  }
}
