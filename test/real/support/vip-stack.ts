import { HostNetwork, type NetworkHost } from '../../../src/demo/network.ts';
import { movingDriver, movingProvider, onHosts } from '../../../src/demo/hosts.ts';
import { Clients } from '../../support/vip/clients.ts';
import { eventually } from './eventually.ts';
import { World } from './world.ts';

/** A lease has to lapse first, and processes start slowly on a busy machine. */
const takeoverMs = 60_000;

/** A whole Holdfast whose agents are on hosts of their own, and clients on a further host. */
export class VipStack {
  readonly network: HostNetwork;
  readonly world: World;
  readonly clients: Clients;

  private constructor(network: HostNetwork, world: World) {
    this.network = network;
    this.world = world;
    this.clients = new Clients(network, network.hosts.at(-1)!);
  }

  static async start(agents = 2): Promise<VipStack> {
    const network = await HostNetwork.create(agents + 1);
    try {
      const world = await World.start({
        agents,
        restart: false,
        drivers: movingDriver,
        place: {
          surroundings: (directory) => onHosts(network, directory),
          servers: network.servers,
        },
        provider: movingProvider,
      });
      return new VipStack(network, world);
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  /** The host of `agent-<n>`. */
  hostOf(agent: string): NetworkHost {
    const host = this.network.hosts[Number(agent.slice('agent-'.length)) - 1];
    if (host === undefined) throw new Error(`there is no host of ${agent}`);
    return host;
  }

  other(agent: string): string {
    return agent === 'agent-1' ? 'agent-2' : 'agent-1';
  }

  /** Resolves when exactly this agent's host answers for the address. */
  async answersAt(address: string, agent: string, withinMs = takeoverMs): Promise<void> {
    const { mac } = this.hostOf(agent);
    const look = async () => {
      const macs = await this.clients.whoAnswers(address);
      return macs.length === 1 && macs[0] === mac ? macs : null;
    };
    await eventually(`the host of ${agent} answers for ${address}`, look, withinMs);
  }

  async close(): Promise<void> {
    this.clients.remote.signal('SIGKILL');
    try {
      await this.world.close();
    } finally {
      await this.network.close();
    }
  }
}
