import { applianceName, markedApplianceName, unfencedApplianceName } from './places.ts';

/** How many of what there are in a world. */
export interface Topology {
  readonly controllers: number;
  readonly agents: number;
  /** How many agents share a host; 1 where it is not given. */
  readonly agentsPerHost?: number;
  /** Do their hosts serve at addresses that move by lease, too? */
  readonly vips?: boolean;
  /** Do agents have witnesses, on other hosts, who carry their leases on while no judge answers? */
  readonly witnesses?: boolean;
  /** Do agents take the load balancers of the appliance with the atomic fence from its queue? */
  readonly queued?: boolean;
  /** Is there an appliance, too, that refuses nobody? */
  readonly unfenced?: boolean;
  /** How many load balancers each agent may hold; null, or not given: nothing limits it. */
  readonly capacity?: number | null;
  /** Do load balancers move by themselves to agents that hold less? */
  readonly rebalance?: boolean;
}

/** What there is in a world, by name. */
export interface Inventory {
  readonly agents: readonly string[];
  readonly controllers: readonly string[];
  /** The hosts of the agents. */
  readonly hosts: readonly string[];
  /** The appliances that every agent reaches. */
  readonly devices: readonly string[];
}

export function inventoryOf(topology: Topology): Inventory {
  const { controllers, agents, agentsPerHost = 1, unfenced = false } = topology;
  return {
    agents: numbered('agent', agents),
    controllers: numbered('controller', controllers),
    hosts: numbered('host', Math.ceil(agents / agentsPerHost)),
    devices: [applianceName, markedApplianceName, ...(unfenced ? [unfencedApplianceName] : [])],
  };
}

/** The host of an agent: the first so many share the first one, and so on. */
export function hostOf(agent: string, { agentsPerHost = 1 }: Topology): string {
  const number = Number(agent.slice(agent.lastIndexOf('-') + 1));
  return `host-${Math.ceil(number / agentsPerHost)}`;
}

function numbered(role: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
}
