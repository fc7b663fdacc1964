import type { HostNetwork, NetworkHost } from '../../../src/demo/network.ts';
import { Remote } from '../../../simulator/chaos/remote.ts';

export interface Tally {
  readonly served: number;
  readonly failures: Record<string, number>;
  /** The longest that one request took. */
  readonly longestMs: number;
}

export interface Load {
  tally(): Promise<Tally>;
  stop(): Promise<Tally>;
}

/** Clients on a host of their own, which also sees who answers for an address. */
export class Clients {
  readonly remote: Remote;

  constructor(network: HostNetwork, host: NetworkHost) {
    this.remote = new Remote(network, host, 'test/support/vip/load-main.ts');
  }

  /** Requests one after the other, over connections that are kept and over new ones. */
  async load(address: string, port: number, clients = { keepAlive: 4, fresh: 4 }): Promise<Load> {
    await this.remote.call('start', address, port, clients);
    return {
      tally: () => this.remote.call('tally') as Promise<Tally>,
      stop: () => this.remote.call('stop') as Promise<Tally>,
    };
  }

  /** One request: empty where it was served, else why not. */
  ask(address: string, port: number): Promise<string> {
    return this.remote.call('ask', address, port) as Promise<string>;
  }

  /** The hardware addresses of all hosts that answer for the address. */
  whoAnswers(address: string): Promise<readonly string[]> {
    return this.remote.call('whoAnswers', address) as Promise<string[]>;
  }

  /** Asks for the address again and again from now on; the end tells who answered each time. */
  async watch(address: string): Promise<() => Promise<readonly (readonly string[])[]>> {
    await this.remote.call('watch', address);
    return () => this.remote.call('sightings') as Promise<string[][]>;
  }
}
