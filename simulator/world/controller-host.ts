import { controllerConnection } from '../../machines/protocol/subjects.ts';
import type { Controller } from '../../src/controller/controller.ts';
import { Host } from './host.ts';
import { processBus } from './process-ports.ts';
import type { VirtualProcess } from './process.ts';
import { formatsOf, type Release } from './releases.ts';
import { virtualController } from './virtual-controller.ts';
import type { ApiAnswer, ApiRequest, WireApi } from './wire.ts';

interface Running {
  readonly process: VirtualProcess;
  readonly controller: Controller;
  readonly api: WireApi;
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
    const booted = this.boot();
    const { process } = booted;
    const bus = booted.connect(controllerConnection(id));
    const port = processBus(
      process,
      world.parts.bus(bus, id, world.clock),
      (subject, data) => world.emit({ type: 'sent', from: id, subject, data }),
      (subject, data) => world.emit({ type: 'commanded', by: id, subject, data }),
    );
    const { controller, api } = virtualController(id, world, booted, {
      bus: port,
      formats: formatsOf(this.#release),
    });
    controller.transitions.subscribe((transition) => {
      if (process.alive) world.emit({ type: 'transition', transition });
    });
    const running: Running = { process, controller, api, ready: false };
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
   * runs, and null when it dies before.
   */
  ask(request: ApiRequest): Promise<ApiAnswer | null> {
    const running = this.#running;
    if (running === null || !running.ready) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const { process, api } = running;
      const forget = process.onDeath(() => resolve(null));
      process.deliver(() => {
        const asked = process.settle(api(request));
        asked.then(resolve, reject).finally(forget);
      });
    });
  }
}
