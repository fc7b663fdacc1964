import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const execute = promisify(execFile);

/** A host of the network: a network namespace with one interface, `eth0`. */
export interface NetworkHost {
  readonly namespace: string;
  readonly address: string;
  /** Its hardware address, by which others see who answers. */
  readonly mac: string;
  /** Its end on this machine, which can be unplugged. */
  readonly port: string;
}

/** The program and arguments that run a command as on that host. */
export type Command = readonly [program: string, ...args: string[]];

const Link = z.array(z.object({ address: z.string() }));

/** Programs of Debian's package iproute2; named by a variable where they are not on PATH. */
const ip = (): string => process.env['HOLDFAST_IP'] ?? 'ip';
/** In the host's own namespace, so it goes with that. */
const cutTable = 'holdfast_cut';
const namePattern = /^hf(\d+)n\d+/;
/** 10.213.0.0/16 in networks of 256 addresses. */
const networks = 256;
let made = 0;

/**
 * Hosts on one machine: network namespaces, each with a cable (veth) to one bridge. This machine is
 * on the bridge too, and routes nothing, so that nobody but it can reach the hosts. Needs root.
 */
export class HostNetwork {
  readonly hosts: readonly NetworkHost[];
  /** This machine's own address on the bridge. */
  readonly gateway: string;
  /** A second address of this machine there, for servers that load balancers point to. */
  readonly servers: string;
  /** The first three numbers of every address here. */
  readonly prefix: string;
  readonly bridge: string;

  private constructor(bridge: string, prefix: string, hosts: readonly NetworkHost[]) {
    this.bridge = bridge;
    this.prefix = prefix;
    this.gateway = `${prefix}.254`;
    this.servers = `${prefix}.253`;
    this.hosts = hosts;
  }

  static async create(count: number): Promise<HostNetwork> {
    await removeLeftovers();
    made += 1;
    const bridge = `hf${process.pid}n${made}`;
    const prefix = await freePrefix();
    const hosts: NetworkHost[] = [];
    const network = new HostNetwork(bridge, prefix, hosts);
    try {
      await run('link', 'add', bridge, 'type', 'bridge');
      // Without it every packet between hosts would pass this machine's filters, if it has any.
      await run('link', 'set', bridge, 'type', 'bridge', 'nf_call_iptables', '0');
      await run('addr', 'add', `${network.gateway}/24`, 'dev', bridge);
      await run('addr', 'add', `${network.servers}/24`, 'dev', bridge);
      await run('link', 'set', bridge, 'up');
      for (let index = 1; index <= count; index += 1) {
        hosts.push(await addHost(bridge, prefix, index));
      }
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  /** The program and arguments that become what follows them, on that host. */
  under({ namespace }: NetworkHost): Command {
    return [ip(), 'netns', 'exec', namespace];
  }

  /** Runs a command as on that host. */
  on(host: NetworkHost, program: string, ...args: readonly string[]): Command {
    return [...this.under(host), program, ...args];
  }

  /**
   * Nothing comes to the host or from it any more, not even ARP, as if its cable was pulled; and neither end
   * notices by itself. It is done at the host's own end: a port that has left the bridge would still be heard by
   * this machine, which answers for its own addresses at any port.
   */
  async cut(host: NetworkHost): Promise<void> {
    await this.cutOneWay(host, 'in');
    await this.cutOneWay(host, 'out');
  }

  /** Nothing passes between the host and this address any more; everything else does. */
  async cutFrom(host: NetworkHost, address: string): Promise<void> {
    await this.#filter(host, `add table netdev ${cutTable}`);
    for (const [hook, end] of [
      ['ingress', 'saddr'],
      ['egress', 'daddr'],
    ] as const) {
      const chain = `{ type filter hook ${hook} device eth0 priority 0; }`;
      await this.#filter(host, `add chain netdev ${cutTable} from_${hook} ${chain}`);
      await this.#filter(
        host,
        `add rule netdev ${cutTable} from_${hook} ip ${end} ${address} drop`,
      );
    }
  }

  /** After `cut`, `cutOneWay` and `cutFrom`. */
  async mend(host: NetworkHost): Promise<void> {
    await this.#filter(host, `delete table netdev ${cutTable}`);
  }

  /** Gives the host one more address, for itself alone. */
  async addAddress({ namespace }: NetworkHost, address: string): Promise<void> {
    await run('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  }

  /** Lets nothing in, or nothing out. */
  async cutOneWay(host: NetworkHost, way: 'in' | 'out'): Promise<void> {
    const hook = way === 'in' ? 'ingress' : 'egress';
    const chain = `{ type filter hook ${hook} device eth0 priority 0; policy drop; }`;
    await this.#filter(host, `add table netdev ${cutTable}`);
    await this.#filter(host, `add chain netdev ${cutTable} ${way} ${chain}`);
  }

  async #filter(host: NetworkHost, command: string): Promise<void> {
    const [program, ...args] = this.on(host, process.env['HOLDFAST_NFT'] ?? 'nft', command);
    await execute(program, args);
  }

  /** The processes that run on the host. */
  async processes({ namespace }: NetworkHost): Promise<readonly number[]> {
    const pids = await run('netns', 'pids', namespace);
    return pids.split('\n').filter(Boolean).map(Number);
  }

  /** Removes everything; what still runs on a host keeps its processes, but has no network. */
  async close(): Promise<void> {
    for (const host of this.hosts) await removeHost(host);
    await run('link', 'del', this.bridge).catch(() => undefined);
  }
}

async function addHost(bridge: string, prefix: string, index: number): Promise<NetworkHost> {
  const namespace = `${bridge}h${index}`;
  const port = namespace;
  const address = `${prefix}.${index}`;
  try {
    await run('netns', 'add', namespace);
    await run('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    await run('link', 'set', port, 'master', bridge, 'up');
    await run('-n', namespace, 'link', 'set', 'lo', 'up');
    await run('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await run('-n', namespace, '-6', 'addr', 'add', `fd13::${index}/64`, 'dev', 'eth0', 'nodad');
    await run('-n', namespace, 'link', 'set', 'eth0', 'up');
    const [link] = Link.parse(JSON.parse(await run('-n', namespace, '-j', 'link', 'show', 'eth0')));
    return { namespace, port, address, mac: link?.address ?? '' };
  } catch (error) {
    // One that is made in part is nobody else's to remove.
    await removeHost({ namespace, port });
    throw error;
  }
}

async function removeHost({ namespace, port }: Pick<NetworkHost, 'namespace' | 'port'>) {
  await run('link', 'del', port).catch(() => undefined);
  await run('netns', 'del', namespace).catch(() => undefined);
}

/** One that no other network here uses. */
async function freePrefix(): Promise<string> {
  const taken = await run('addr', 'show');
  for (let offset = 0; offset < networks; offset += 1) {
    const prefix = `10.213.${(process.pid + offset) % networks}`;
    if (!taken.includes(`${prefix}.`)) return prefix;
  }
  throw new Error('no free network in 10.213.0.0/16: are there hundreds of demos at a time?');
}

/** Whoever was killed could not clean up. */
async function removeLeftovers(): Promise<void> {
  const names = (await run('netns', 'list')).split('\n').map((line) => line.split(' ')[0] ?? '');
  const bridges = (await run('-o', 'link', 'show', 'type', 'bridge'))
    .split('\n')
    .map((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? '');
  for (const name of names.filter(isLeftover)) {
    await run('netns', 'del', name).catch(() => undefined);
  }
  for (const name of bridges.filter(isLeftover)) {
    await run('link', 'del', name).catch(() => undefined);
  }
}

function isLeftover(name: string): boolean {
  const pid = namePattern.exec(name)?.[1];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function run(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(ip(), args);
  return stdout;
}
