import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import {
  pingIntervalMs,
  pingsOutMax,
  reconnectJitterMs,
  reconnectWaitMs,
} from '../../src/adapters/client-pace.ts';
import type { MemoryBus } from '../../src/adapters/memory-bus.ts';
import { ServerProof } from '../../src/adapters/server-proof.ts';
import { bucketNames } from '../../src/ports/store.ts';
import { joined, type Silence } from './silence.ts';
import type { World } from './world.ts';

/** So late either end of a silent connection notices by its pings that the other one does not answer. */
const noticedMs = [pingsOutMax * pingIntervalMs, (pingsOutMax + 1) * pingIntervalMs] as const;
const reconnectMs = [reconnectWaitMs, reconnectWaitMs + reconnectJitterMs] as const;
const stale = 'Stale Connection';

export interface UplinkOptions {
  readonly id: string;
  readonly world: World;
  /** Behind what the process has yet to hear; at once where there is none. */
  readonly inOrder: (run: () => void) => void;
}

/**
 * The one connection that a process has to NATS: for the bus, the stores and the queues. It may break; and it may fall
 * silent, which nobody is told: the process leaves it when it gets no answers, as the client of the real one does.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  #bus: MemoryBus | null = null;
  /** Why it can't be made, or made again. */
  readonly #barred = new Set<object>();
  /** Why nothing passes on the way to the server. */
  readonly #cuts = new Map<object, Silence>();
  /** What is silent is this connection, and no other one would be: the server has closed it, or stands still. */
  #isDead = false;
  /** Who has the server stand still that this connection is to; null where it does not. */
  #hungBy: object | null = null;
  /** Ends the connections that were left at a server that stands still, once it works on; and who has it stand still. */
  readonly #left = new Map<(reason: string | null) => void, object>();
  /** Grows whenever it begins or ends to be silent. */
  #turns = 0;
  #silentUntilMs = Number.NEGATIVE_INFINITY;
  readonly #pongs = new Set<() => void>();

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  get bus(): MemoryBus | null {
    return this.#bus;
  }

  /** How long ago it was silent; infinite where it never was. */
  get silentAgoMs(): number {
    const { nowMs } = this.#options.world.time;
    return this.#isConnected && this.#silence !== null ? 0 : nowMs - this.#silentUntilMs;
  }

  /** The server at its other end stands still, and the process has not left it. */
  get isHung(): boolean {
    return this.#hungBy !== null;
  }

  /** What it is to a process that comes up now. */
  boot(): void {
    this.#endSilence();
    this.#connectIfPossible();
  }

  open(bus: MemoryBus, clock: Clock, log: Log): void {
    this.#bus = bus;
    const { timings } = this.#options.world.options;
    const proof = new ServerProof({
      clock,
      log,
      timeoutMs: timings.ackTimeoutMs,
      flush: () => this.#pong(),
      leave: async () => this.#leave(),
    });
    bus.unanswered = (subject) => proof.doubt(subject);
    // The network may have changed since the process came up.
    if (!this.#connectIfPossible()) bus.disconnect(null);
  }

  /** The process is dead. The server hears of that, if anything gets there. */
  end(): void {
    const bus = this.#bus;
    if (bus === null) return;
    if (this.#silence === null) bus.kill();
    else {
      this.#tellLater(bus.killUnnoticed());
      this.#options.world.nats.disconnect(this.#options.id);
    }
    this.#bus = null;
    this.#endSilence();
  }

  // What befalls it.

  /** It breaks, and the server tells of it in these words; until all is mended, it can't be made again. */
  bar(by: object, reason: string | null): void {
    this.#barred.add(by);
    this.#break(reason);
  }

  unbar(by: object): void {
    if (this.#barred.delete(by)) this.findServer();
  }

  unbarAll(): void {
    this.#barred.clear();
    this.findServer();
  }

  /** Nothing passes on the way to the server, and nobody is told. */
  cut(by: object, silence: Silence): void {
    const wasCut = this.#cuts.size > 0;
    const wasSilent = this.#silence !== null;
    this.#cuts.set(by, silence);
    this.#fallSilent(wasSilent);
    if (!wasCut && this.#isConnected) this.#noticeAtServer();
  }

  mend(by: object): void {
    if (!this.#cuts.delete(by)) return;
    if (this.#isConnected) this.#hear();
    else if (this.#cuts.size === 0)
      this.#tryAgain(0, this.#options.world.options.timings.connectTimeoutMs);
  }

  /** The server has closed this connection, and says why where it is not null, but not to the process. */
  closeAtServer(reason: string | null): void {
    if (!this.#isConnected) return;
    const wasSilent = this.#silence !== null;
    this.#bus?.closeAtServer(reason);
    this.#isDead = true;
    this.#fallSilent(wasSilent);
  }

  /** The process is told of what has happened to its connection, if it does not know. */
  notice(): void {
    if (this.#isDead) this.#leave();
  }

  /** The server at its other end hangs, with all connections open; others are there, which can be gone to. */
  hang(by: object): void {
    if (!this.#isConnected || this.isHung) return;
    const wasSilent = this.#silence !== null;
    this.#isDead = true;
    this.#hungBy = by;
    this.#fallSilent(wasSilent);
  }

  /** The server that stood still works on, and closes what was left meanwhile. */
  wakeServer(by: object): void {
    for (const [end, hungBy] of this.#left) {
      if (hungBy !== by) continue;
      this.#left.delete(end);
      end('Client Closed');
    }
    if (this.#hungBy !== by) return;
    this.#hungBy = null;
    this.#isDead = this.#bus?.open === false;
    this.#hear();
  }

  /** The process gives it up and comes back at once, and the server is not told: it sends to both, until it is told. */
  slipAway(): (reason: string | null) => void {
    const bus = this.#bus;
    if (bus === null || !this.#isConnected) return () => undefined;
    if (!bus.open) {
      this.#leave();
      return () => undefined;
    }
    const end = bus.slipAway();
    this.#disconnect();
    this.#tryAgain(...reconnectMs);
    return end;
  }

  /** The server ends, and the connection with it. */
  loseServer(reason: string | null): void {
    if (this.#cuts.size === 0 || !this.#isConnected) return this.#break(reason);
    // That it has ended does not get through.
    this.closeAtServer(reason);
  }

  /** The server is there again. */
  findServer(): void {
    this.#options.inOrder(() => this.#reconnect());
  }

  // How it works.

  get #isConnected(): boolean {
    return this.#bus?.status() === 'connected';
  }

  get #isPossible(): boolean {
    return this.#barred.size === 0 && this.#cuts.size === 0 && this.#options.world.nats.isUp;
  }

  get #silence(): Silence | null {
    let silence: Silence | null = this.#isDead ? 'both' : null;
    for (const one of this.#cuts.values()) silence = joined(silence, one);
    return silence;
  }

  #fallSilent(wasSilent: boolean): void {
    if (!this.#isConnected) return;
    this.#hush();
    if (wasSilent) return;
    this.#turns += 1;
    this.#later(...noticedMs, () => this.#leave());
  }

  /** The stores and the queues are as silent as the connection is. */
  #hush(): void {
    const silence = this.#silence;
    if (silence === null) return;
    const { id, world } = this.#options;
    for (const bucket of bucketNames) world.stores[bucket].line(id).fallSilent(silence);
    world.queues?.fallSilent(id, silence);
  }

  /** Its pings are not answered either. */
  #noticeAtServer(): void {
    const turn = this.#turns;
    this.#options.world.time.schedule(this.#draw(...noticedMs), 'nats', () => {
      if (turn === this.#turns && this.#isConnected) this.#bus?.closeAtServer(stale);
    });
  }

  /** What was held up gets through, as far as nothing else holds it up; of a closed connection, that it is closed. */
  #hear(): void {
    if (this.#cuts.size > 0 || this.isHung) return this.#hush();
    if (this.#bus?.open === false) {
      this.#isDead = true;
      this.#options.inOrder(() => this.notice());
      return;
    }
    const { id, world } = this.#options;
    this.#endSilence();
    for (const bucket of bucketNames) world.stores[bucket].line(id).speak();
    world.queues?.speak(id);
  }

  /** It is over: heard again, left, or dead with its process. */
  #endSilence(): void {
    if (this.#silence !== null) this.#silentUntilMs = this.#options.world.time.nowMs;
    this.#turns += 1;
    this.#isDead = false;
    this.#hungBy = null;
    this.#answerPings();
  }

  /** Or there is nobody left who waits for that. */
  #answerPings(): void {
    for (const pong of this.#pongs) pong();
    this.#pongs.clear();
  }

  /** The process does not wait for its server any longer. */
  #leave(): void {
    const bus = this.#bus;
    const silence = this.#silence;
    if (bus === null || silence === null || !this.#isConnected) return;
    const { world } = this.#options;
    if (bus.open) {
      const end = bus.slipAway();
      // The end of the connection arrives where what is sent arrives.
      if (silence === 'in') world.time.schedule(0, 'nats', () => end('Client Closed'));
      else this.#tellLater(end);
    } else bus.disconnect(null);
    this.#disconnect();
    this.#tryAgain(...reconnectMs);
  }

  /** The server hears of it by its own pings, or when it works on. */
  #tellLater(end: (reason: string | null) => void): void {
    if (this.#hungBy !== null) this.#left.set(end, this.#hungBy);
    else this.#options.world.time.schedule(this.#draw(...noticedMs), 'nats', () => end(stale));
  }

  #break(reason: string | null): void {
    const bus = this.#bus;
    if (bus?.open === true && this.isHung) this.#tellLater(bus.slipAway());
    else bus?.disconnect(reason);
    this.#disconnect();
  }

  #disconnect(): void {
    this.#endSilence();
    this.#options.world.nats.disconnect(this.#options.id);
  }

  #tryAgain(fromMs: number, toMs: number): void {
    this.#turns += 1;
    this.#later(fromMs, toMs, () => this.#reconnect());
  }

  #reconnect(): void {
    if (this.#isPossible && this.#connectIfPossible()) this.#bus?.reconnect();
  }

  /** The stores and the queues; whether they are in reach. */
  #connectIfPossible(): boolean {
    const { id, world } = this.#options;
    if (this.#isPossible) world.nats.connect(id);
    else world.nats.disconnect(id);
    return this.#isPossible;
  }

  /** In the process's own time; not where its connection has become another one meanwhile. */
  #later(fromMs: number, toMs: number, run: () => void): void {
    const turn = this.#turns;
    const { world, inOrder } = this.#options;
    world.time.schedule(this.#draw(fromMs, toMs), 'nats', () =>
      inOrder(() => {
        if (turn === this.#turns) run();
      }),
    );
  }

  #draw(fromMs: number, toMs: number): number {
    return this.#options.world.stream('uplink').between(fromMs, toMs);
  }

  /** Comes as soon as anything passes. */
  #pong(): Promise<void> {
    if (this.#silence === null) return Promise.resolve();
    return new Promise((resolve) => this.#pongs.add(resolve));
  }
}
