import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HostNetwork, type NetworkHost } from '../../../src/demo/network.ts';
import { movingDriver, movingProvider, onHosts } from '../../../src/demo/hosts.ts';
import type { Surroundings } from '../../../src/up/stack.ts';
import { Clients } from '../../support/vip/clients.ts';
import { eventually } from './eventually.ts';
import { World } from './world.ts';

const execute = promisify(execFile);

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

  /** With witnesses: all other agents are each one's. */
  static async start(agents = 2, { witnesses = false } = {}): Promise<VipStack> {
    const network = await HostNetwork.create(agents + 1);
    try {
      const world = await World.start({
        agents,
        restart: false,
        drivers: movingDriver,
        place: {
          surroundings: (directory) =>
            witnesses ? witnessed(network, directory, agents) : onHosts(network, directory),
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

  /** Is the address on the interface of that agent's host? */
  async hasAddress(agent: string, address: string): Promise<boolean> {
    const ip = process.env['HOLDFAST_IP'] ?? 'ip';
    const words = ['-br', 'addr', 'show', 'dev', 'eth0'] as const;
    const [command, ...rest] = this.network.on(this.hostOf(agent), ip, ...words);
    return (await execute(command, rest)).stdout.includes(` ${address}/`);
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

const witnessPort = 7946;

function witnessed(network: HostNetwork, directory: string, agents: number): Surroundings {
  const keyFile = join(directory, 'witness.key');
  if (!existsSync(keyFile))
    writeFileSync(keyFile, 'a key for tests that nobody has to guess\n', { mode: 0o600 });
  const all = network.hosts.slice(0, agents).map(({ address }, index) => ({
    agent: `agent-${index + 1}`,
    address: `${address}:${witnessPort}`,
  }));
  return {
    ...onHosts(network, directory),
    witnesses: (index) => ({
      keyFile,
      listen: all[index]?.address,
      peers: all.filter((_, other) => other !== index),
    }),
  };
}
