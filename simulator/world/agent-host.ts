import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { agentConnection } from '../../machines/protocol/subjects.ts';
import type { MemoryBus } from '../../src/adapters/memory-bus.ts';
import { MemoryJournal } from '../../src/adapters/memory-journal.ts';
import { Agent } from '../../src/agent/agent.ts';
import { nextIncarnation } from '../../src/agent/incarnation.ts';
import { applianceDriver } from './appliance.ts';
import { VirtualProcess } from './process.ts';
import { processBus, processDriver, processJournal } from './process-ports.ts';
import { ProcessClock } from './virtual-clock.ts';
import type { World } from './world.ts';

interface Running {
  readonly process: VirtualProcess;
  readonly bus: MemoryBus;
  readonly agent: Agent;
}

/** A host with one agent on it. Its disk outlives the agent. */
export class AgentHost {
  readonly id: string;
  readonly #world: World;
  readonly #disk: MemoryJournal;
  #running: Running | null = null;
  #starts = 0;
  #starting = false;

  constructor(id: string, world: World) {
    this.id = id;
    this.#world = world;
    this.#disk = new MemoryJournal(world.clock, { delayMs: () => world.delay('disk') });
  }

  get agent(): Agent | null {
    return this.#running?.agent ?? null;
  }

  /** Does nothing where it runs, or is about to. */
  async start(): Promise<void> {
    if (this.#running !== null || this.#starting) return;
    const world = this.#world;
    this.#starts += 1;
    const start = this.#starts;
    this.#starting = true;
    const incarnation = await nextIncarnation(this.#disk, world.clock);
    // It may have been killed while it was coming up.
    if (start !== this.#starts) return;
    this.#starting = false;
    const process = new VirtualProcess(this.id, (run) => {
      world.time.schedule(0, this.id, run);
    });
    const clock = new ProcessClock(world.time, this.id, (run) => process.deliver(run));
    const bus = world.network.broker.connect(agentConnection(this.id, incarnation));
    process.onDeath(() => bus.kill());
    const driver = world.parts.driver(
      applianceDriver(world.appliance, this.id),
      this.id,
      world.clock,
    );
    const agent = new Agent(
      world.parts.agent({
        id: this.id,
        description: {
          host: `host-${this.id}`,
          zone: null,
          capacity: null,
          addresses: [],
          version: 'simulated',
        },
        incarnation,
        bus: processBus(process, world.parts.bus(bus, this.id, world.clock), (subject, data) =>
          world.emit({ type: 'sent', from: this.id, subject, data }),
        ),
        journal: processJournal(process, this.#disk),
        drivers: new Map([[memoryDescriptor.name, processDriver(process, driver)]]),
        clock,
        log: world.log(this.id),
        timings: world.options.timings,
        shards: world.options.shards,
      }),
    );
    this.#running = { process, bus, agent };
    agent.start();
  }

  kill(): void {
    this.#starts += 1;
    this.#starting = false;
    this.#running?.process.kill();
    this.#running = null;
  }

  /** A planned stop: the agent says goodbye first. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    await running.agent.stop();
    if (this.#running === running) this.kill();
  }

  pause(): void {
    this.#running?.process.pause();
  }

  resume(): void {
    this.#running?.process.resume();
  }

  /** The connection breaks; the server tells of it in these words. */
  disconnect(reason: string): void {
    this.#running?.bus.disconnect(reason);
  }

  reconnect(): void {
    this.#running?.bus.reconnect();
  }
}
