import { bucketNames } from '../../src/ports/store.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** How long a client takes to be back after its server is, from and to. */
const reconnectMs = [5, 300] as const;
/** Within which a server that is shut down closes one connection after the other. */
const shutdownMs = 20;

/** What the server keeps on its disk: a bucket, or the work queues. */
interface Losing {
  losePower(lostMs: number): void;
}

/** The server on which every connection and all stores depend. Its disk outlives it. */
export class NatsServer {
  readonly #world: World;
  #stops = 0;
  #isUp = true;

  constructor(world: World) {
    this.#world = world;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /**
   * Every connection breaks: at once where it is killed, one after the other and with this reason where it
   * is shut down. Nobody may be left to hear of it.
   */
  stop(reason: string | null): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#stops += 1;
    for (const host of this.#hosts()) {
      this.#soon(reason === null ? 0 : this.#draw(0, shutdownMs), () => {
        host.uplink.loseServer(reason);
      });
    }
  }

  /**
   * As where it is killed; and what was written to some streams in the last moments was not on its disks
   * yet, although it was acknowledged. Each stream has files of its own, and loses less or more.
   */
  losePower(streams: readonly Losing[], lostMaxMs: number): void {
    this.stop(null);
    const losses = streams.map((stream) => ({ stream, lostMs: this.#draw(0, lostMaxMs) }));
    this.#soon(0, () => {
      for (const { stream, lostMs } of losses) stream.losePower(lostMs);
    });
  }

  /** Its clients come back, each in its own time. */
  start(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    for (const host of this.#hosts()) {
      this.#soon(this.#draw(...reconnectMs), () => host.uplink.findServer());
    }
  }

  /** The process loses the stores and the queues. */
  disconnect(process: string): void {
    for (const bucket of bucketNames) this.#world.stores[bucket].line(process).disconnect();
    this.#world.queues?.disconnect(process);
  }

  /** The process reaches them. */
  connect(process: string): void {
    for (const bucket of bucketNames) this.#world.stores[bucket].line(process).connect();
    this.#world.queues?.connect(process);
  }

  /** Unless the server was stopped or started again meanwhile. */
  #soon(delayMs: number, run: () => void): void {
    const stops = this.#stops;
    const wasUp = this.#isUp;
    this.#world.time.schedule(delayMs, 'nats', () => {
      if (this.#stops === stops && this.#isUp === wasUp) run();
    });
  }

  #draw(fromMs: number, toMs: number): number {
    return this.#world.stream('nats').between(fromMs, toMs);
  }

  #hosts(): readonly Host[] {
    const { controllerHosts, agentHosts } = this.#world;
    return [...controllerHosts.values(), ...agentHosts.values()];
  }
}
