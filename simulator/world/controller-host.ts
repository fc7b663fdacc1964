import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { controllerConnection } from '../../machines/protocol/subjects.ts';
import type { MemoryBus } from '../../src/adapters/memory-bus.ts';
import type { LoadBalancers } from '../../src/api/services.ts';
import { Controller } from '../../src/controller/controller.ts';
import { VirtualProcess } from './process.ts';
import { processBus, processStores } from './process-ports.ts';
import { ProcessClock } from './virtual-clock.ts';
import type { World } from './world.ts';

interface Running {
  readonly process: VirtualProcess;
  readonly bus: MemoryBus;
  readonly controller: Controller;
  ready: boolean;
}

/** A host with one controller on it, which keeps nothing but its id. */
export class ControllerHost {
  readonly id: string;
  readonly #world: World;
  #running: Running | null = null;

  constructor(id: string, world: World) {
    this.id = id;
    this.#world = world;
  }

  /** The controller once it serves; null while it is down or coming up. */
  get controller(): Controller | null {
    return this.#running?.ready === true ? this.#running.controller : null;
  }

  /** Resolves when the controller serves; never where it is killed before. */
  async start(): Promise<void> {
    if (this.#running !== null) return;
    const world = this.#world;
    const process = new VirtualProcess(this.id, (run) => {
      world.time.schedule(0, this.id, run);
    });
    const bus = world.network.broker.connect(controllerConnection(this.id));
    process.onDeath(() => bus.kill());
    const controller = new Controller(
      world.parts.controller({
        id: this.id,
        bus: processBus(process, world.parts.bus(bus, this.id, world.clock), (subject, data) =>
          world.emit({ type: 'sent', from: this.id, subject, data }),
        ),
        stores: processStores(process, world.observedStores),
        clock: new ProcessClock(world.time, this.id, (run) => process.deliver(run)),
        random: world.stream(`controller:${this.id}`),
        log: world.log(this.id),
        timings: world.options.timings,
        shards: world.options.shards,
        resolveDriver: (name) => (name === memoryDescriptor.name ? memoryDescriptor : null),
        purged: () => undefined,
      }),
    );
    controller.transitions.subscribe((transition) => {
      if (process.alive) world.emit({ type: 'transition', transition });
    });
    const running: Running = { process, bus, controller, ready: false };
    this.#running = running;
    await controller.start();
    running.ready = true;
  }

  kill(): void {
    this.#running?.process.kill();
    this.#running = null;
  }

  /** A planned stop: it hands its shards over first. */
  async leave(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    if (running.ready) await running.process.settle(running.controller.leave());
    if (this.#running === running) this.kill();
  }

  /**
   * Asks the API of the controller that serves now, as over HTTP: the answer comes when its process
   * runs, and `lost` is what the client is left with when it dies before.
   */
  ask<T>(work: (api: LoadBalancers) => Promise<T>, lost: T): Promise<T> {
    const running = this.#running;
    if (running === null || !running.ready) return Promise.resolve(lost);
    return new Promise((resolve, reject) => {
      const { process, controller } = running;
      process.onDeath(() => resolve(lost));
      process.deliver(() => {
        process.settle(work(controller.loadBalancers)).then(resolve, reject);
      });
    });
  }

  pause(): void {
    this.#running?.process.pause();
  }

  resume(): void {
    this.#running?.process.resume();
  }

  disconnect(reason: string): void {
    this.#running?.bus.disconnect(reason);
  }

  reconnect(): void {
    this.#running?.bus.reconnect();
  }
}
