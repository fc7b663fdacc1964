import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Subscription } from '../ports/bus.ts';

/** Another server within so long: the one before has gone, and not everything for a while. */
const quickMs = 1_000;

/** What a connection to NATS knows of the servers. */
interface Servers {
  getServer(): string;
  readonly info?: { readonly connect_urls?: string[] };
}

export interface ClusterWatchOptions {
  readonly connection: Servers;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells when a server of the cluster has gone, by what a client is told, and by where it has to go itself. */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #listeners = new Set<() => void>();
  #server: string;
  #known: readonly string[];
  #leftAtMs = 0;
  #isAway = false;

  constructor(options: ClusterWatchOptions) {
    this.#options = options;
    this.#server = options.connection.getServer();
    this.#known = options.connection.info?.connect_urls ?? [];
  }

  onLost(listen: () => void): Subscription {
    const own = () => listen();
    this.#listeners.add(own);
    return { unsubscribe: () => void this.#listeners.delete(own) };
  }

  disconnected(): void {
    this.#isAway = true;
    this.#leftAtMs = this.#options.clock.monotonicMs();
  }

  /** The server has said which ones there are, whether that has changed or not. */
  updated(): void {
    if (!this.#isAway && this.#isOneMissing()) this.#tell();
  }

  reconnected(): void {
    const { connection, clock } = this.#options;
    const before = this.#server;
    this.#server = connection.getServer();
    this.#isAway = false;
    const isMissing = this.#isOneMissing();
    if (clock.monotonicMs() - this.#leftAtMs > quickMs) return;
    if (isMissing || this.#server !== before) this.#tell();
  }

  #isOneMissing(): boolean {
    const before = this.#known;
    this.#known = this.#options.connection.info?.connect_urls ?? [];
    return before.some((one) => !this.#known.includes(one));
  }

  #tell(): void {
    this.#options.log.info({}, 'A NATS server of the cluster has gone.');
    for (const listen of this.#listeners) listen();
  }
}
