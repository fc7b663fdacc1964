/** Load balancers at addresses of their host's own, and those at addresses that move between hosts by lease. */
export const kinds = ['fixed', 'moving'] as const;
export type Kind = (typeof kinds)[number];

/** Which driver serves them. */
export const driverOf = { fixed: 'haproxy', moving: 'haproxy-vip' } as const satisfies Record<
  Kind,
  string
>;

/** An agent, and what it can drive. */
export interface AgentPlan {
  readonly id: string;
  readonly drives: readonly Kind[];
}

/** How large a run is. */
export interface ChaosSize {
  readonly controllers: number;
  /** The agents of each host. What is fixed is on the first host, alone. */
  readonly hosts: readonly (readonly AgentPlan[])[];
  /** How many load balancers there are of each kind. */
  readonly loadBalancers: Readonly<Record<Kind, number>>;
  /** Are all other agents each one's witnesses? */
  readonly witnesses?: boolean;
}

export const hostName = (index: number): string => `host-${index + 1}`;

const moving = ['moving'] as const;

/** Two agents share a host, and replace each other there at once; two more have a host of their own each. */
export const usualSize: ChaosSize = {
  controllers: 2,
  hosts: [
    [
      { id: 'agent-1', drives: kinds },
      { id: 'agent-2', drives: kinds },
    ],
    [{ id: 'agent-3', drives: moving }],
    [{ id: 'agent-4', drives: moving }],
  ],
  loadBalancers: { fixed: 3, moving: 3 },
};

/** An agent on each of three hosts, and nothing but what moves between them. */
export const movingSize: ChaosSize = {
  controllers: 2,
  hosts: [1, 2, 3].map((index) => [{ id: `agent-${index}`, drives: moving }]),
  loadBalancers: { fixed: 0, moving: 6 },
};

/** As few processes as show a takeover: two agents of one host. */
export const smallSize: ChaosSize = {
  controllers: 2,
  hosts: [
    [
      { id: 'agent-1', drives: ['fixed'] },
      { id: 'agent-2', drives: ['fixed'] },
    ],
  ],
  loadBalancers: { fixed: 3, moving: 0 },
};

/** Each agent is a host of its own, so that half of them are a large part of the fleet. */
export const wideSize: ChaosSize = {
  controllers: 2,
  hosts: [1, 2, 3, 4].map((index) => [{ id: `agent-${index}`, drives: moving }]),
  loadBalancers: { fixed: 0, moving: 6 },
};

/** Three witnesses for each agent, any one of which may be missing, and an agent more than there are load balancers. */
export const witnessedSize: ChaosSize = {
  ...wideSize,
  loadBalancers: { fixed: 0, moving: 3 },
  witnesses: true,
};

export const agentsOf = ({ hosts }: ChaosSize): readonly AgentPlan[] => hosts.flat();
