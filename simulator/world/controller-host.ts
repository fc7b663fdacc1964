import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { controllerConnection } from '../../machines/protocol/subjects.ts';
import type { LoadBalancers } from '../../src/api/services.ts';
import { Controller } from '../../src/controller/controller.ts';
import { Host } from './host.ts';
import { processBus, processStores } from './process-ports.ts';
import type { VirtualProcess } from './process.ts';
import { formatsOf, type Release } from './releases.ts';

interface Running {
  readonly process: VirtualProcess;
  readonly controller: Controller;
  ready: boolean;
}

/** A host with one controller on it, which keeps nothing but its id. */
export class ControllerHost extends Host {
  #running: Running | null = null;
  #release: Release = 'present';

  /** The controller once it serves; null while it is down or coming up. */
  get controller(): Controller | null {
    return this.#running?.ready === true ? this.#running.controller : null;
  }

  /** Resolves when the controller serves; never where it is killed before. */
  async start(): Promise<void> {
    if (this.isUp) return;
    const { id, world } = this;
    const { process, clock, log, connect } = this.boot();
    const bus = connect(controllerConnection(id));
    const controller = new Controller(
      world.parts.controller({
        id,
        bus: processBus(process, world.parts.bus(bus, id, world.clock), (subject, data) =>
          world.emit({ type: 'sent', from: id, subject, data }),
        ),
        stores: processStores(process, world.observedStores),
        clock,
        random: world.stream(`controller:${id}`),
        log,
        timings: world.options.timings,
        shards: world.options.shards,
        formats: formatsOf(this.#release),
        resolveDriver: (name) => (name === memoryDescriptor.name ? memoryDescriptor : null),
        purged: () => undefined,
      }),
    );
    controller.transitions.subscribe((transition) => {
      if (process.alive) world.emit({ type: 'transition', transition });
    });
    const running: Running = { process, controller, ready: false };
    this.#running = running;
    await controller.start();
    running.ready = true;
  }

  /** From its next start on, the host runs this release. */
  install(release: Release): void {
    this.#release = release;
  }

  override kill(): void {
    this.#running = null;
    super.kill();
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
}
