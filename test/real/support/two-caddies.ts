import { type CaddyDevice, caddyDevice } from '../../drivers/support/caddy-device.ts';
import { type FaultProxy, faultProxy } from '../../drivers/support/fault-proxy.ts';
import type { Whereabouts } from './shapes.ts';
import { type Made, World } from './world.ts';

export const edges = ['edge-1', 'edge-2'] as const;
export type Edge = (typeof edges)[number];
const agents = ['agent-1', 'agent-2'] as const;
export type AgentId = (typeof agents)[number];

/** Two Caddies that live on their own, and two agents, each of which has its own way to either. */
export class TwoCaddies {
  readonly world: World;
  readonly #devices: readonly CaddyDevice[];
  readonly #ways: ReadonlyMap<string, FaultProxy>;

  private constructor(
    world: World,
    devices: readonly CaddyDevice[],
    ways: ReadonlyMap<string, FaultProxy>,
  ) {
    this.world = world;
    this.#devices = devices;
    this.#ways = ways;
  }

  static async start(): Promise<TwoCaddies> {
    const devices = await Promise.all(edges.map(() => caddyDevice()));
    const ways = new Map<string, FaultProxy>();
    for (const agent of agents) {
      for (const [index, edge] of edges.entries()) {
        ways.set(`${agent} ${edge}`, await faultProxy(devices[index]?.port ?? 0));
      }
    }
    const admin = (agent: string, edge: Edge) => {
      return `http://127.0.0.1:${ways.get(`${agent} ${edge}`)?.port}`;
    };
    try {
      const world = await World.start({
        agents: agents.length,
        restart: false,
        drivers: (agent) => ({
          caddy: {
            auditMs: 500,
            devices: Object.fromEntries(edges.map((edge) => [edge, { admin: admin(agent, edge) }])),
          },
        }),
        provider: 'caddy',
      });
      return new TwoCaddies(world, devices, ways);
    } catch (error) {
      await end(devices, ways);
      throw error;
    }
  }

  /** A load balancer on a device of the control plane's choice, which is then held by this agent. */
  async held(name: string, by: (edge: Edge) => AgentId): Promise<Made & { readonly edge: Edge }> {
    const made = await this.world.create(name);
    await this.world.active(made.id);
    const { device } = await this.world.explain(made.id);
    const edge = edges.find((each) => device === `caddy/${each}`);
    if (edge === undefined) throw new Error(`${name} is on ${device}`);
    const agent = by(edge);
    const before = await this.world.explain(made.id);
    if (before.binding?.agent !== agent) {
      await this.world.api.post(`/holdfast/v1/loadbalancers/${made.id}/move`, { move: { agent } });
    }
    await this.heldBy(made, agent);
    return { ...made, edge };
  }

  heldBy(made: Made, agent: AgentId): Promise<Whereabouts> {
    return this.world.settles(made.id, `held by ${agent}`, ({ state, binding }) => {
      return state === 'bound.settled' && binding?.agent === agent;
    });
  }

  /** From now on all that this agent sends to the device gets lost. */
  cut(agent: AgentId, edge: Edge): void {
    this.#way(agent, edge).inject(() => 'lose-call');
  }

  mend(agent: AgentId, edge: Edge): void {
    this.#way(agent, edge).inject(() => 'none');
  }

  async close(): Promise<void> {
    try {
      await this.world.close();
    } finally {
      await end(this.#devices, this.#ways);
    }
  }

  #way(agent: AgentId, edge: Edge): FaultProxy {
    const way = this.#ways.get(`${agent} ${edge}`);
    if (way === undefined) throw new Error(`${agent} has no way to ${edge}`);
    return way;
  }
}

async function end(
  devices: readonly CaddyDevice[],
  ways: ReadonlyMap<string, FaultProxy>,
): Promise<void> {
  for (const way of ways.values()) await way.close();
  for (const device of devices) await device.close();
}
