import { SetupError } from '../setup/say.mjs';
import { ensureParts, thisMachine } from '../setup/ensure-parts.mjs';
import { loopbackPool, type Surroundings } from '../up/stack.ts';
import { movingDriver, movingProvider, onHosts } from './hosts.ts';
import { HostNetwork } from './network.ts';

/** Where the demo plays. */
export interface Stage {
  /** What is said about it before and after. */
  readonly opening: string;
  readonly closing: string;
  /** Null: this machine's loopback. */
  readonly surroundings: ((directory: string) => Surroundings) | null;
  readonly drivers: Readonly<Record<string, unknown>>;
  readonly provider: string;
  readonly subnetId: string;
  /** The address of the servers that traffic goes to. */
  readonly servers: string;
  /** What puts the client where clients are. */
  readonly clientUnder: readonly string[];
  /** Do load balancers move by lease here, and so only when that has lapsed? */
  readonly isLeased: boolean;
  close(): Promise<void>;
}

/** Hosts of their own for the agents, where this user and this machine allow it. */
export async function setStage(agents: number, wantsOneHost: boolean): Promise<Stage> {
  if (wantsOneHost) return oneHost('as you asked for');
  if (process.getuid?.() !== 0) return oneHost('since only root may make network namespaces');
  try {
    Object.assign(process.env, await ensureParts(['ip', 'arping', 'nft'], thisMachine()));
    return severalHosts(await HostNetwork.create(agents + 1));
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    const isSetUp = !(error instanceof SetupError);
    // What a program has said follows the line that names it; the set-up goes on with what to install.
    const why = isSetUp ? lines.join(': ') : lines[0];
    return oneHost(
      `since this machine ${isSetUp ? 'refuses network namespaces' : 'lacks'}: ${why}`,
    );
  }
}

function oneHost(why: string): Stage {
  return {
    opening: `All agents are of one host, ${why}.`,
    closing:
      'This was a takeover between two agents of one host: the address stays where it is.\n' +
      'As root, the demo has hosts of their own for them, and the address moves.',
    surroundings: null,
    drivers: { haproxy: {} },
    provider: 'haproxy',
    subnetId: loopbackPool.subnetId,
    servers: '127.0.0.1',
    clientUnder: [],
    isLeased: false,
    close: async () => undefined,
  };
}

function severalHosts(network: HostNetwork): Stage {
  const { subnetId } = onHosts(network, '').pool;
  const client = network.hosts.at(-1);
  return {
    opening:
      'Each agent has a host of its own: a network namespace, with a cable to one bridge. A further host is\n' +
      "the client's.",
    closing:
      'This was a takeover between hosts: the kernel of the first took the address away when the lease of\n' +
      'its agent had ended, and only then the second one took it.',
    surroundings: (directory) => onHosts(network, directory),
    drivers: movingDriver,
    provider: movingProvider,
    subnetId,
    servers: network.servers,
    clientUnder: client === undefined ? [] : network.under(client),
    isLeased: true,
    close: () => network.close(),
  };
}
