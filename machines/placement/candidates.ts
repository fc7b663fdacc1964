import type { AgentDevice } from '../liveness/context.ts';
import { timestampOf } from '../model/operations/stamp.ts';
import { driverOf } from '../protocol/device-name.ts';

/** An agent as placement sees it. */
export interface AgentFacts {
  readonly id: string;
  readonly incarnation: number;
  readonly host: string;
  /** The liveness machine's state. */
  readonly state: string;
  readonly devices: readonly AgentDevice[];
  readonly zone: string | null;
  /** How many load balancers it may hold; null means no limit. */
  readonly capacity: number | null;
  /** How many load balancers are bound to it. */
  readonly load: number;
  /** Set by an operator: nothing new may come to it. */
  readonly cordoned: boolean;
  /** The wall time until which it is waited for, while it is being restarted. */
  readonly awayUntil: number | null;
  /** Why it is taken only where nobody else can take something; null where it is trusted like any other. */
  readonly flapping: string | null;
}

/** Hosts that hold others of a load balancer's groups, each with the reason as the user reads it. */
export interface Apart {
  /** It must not come there. */
  readonly never: ReadonlyMap<string, string>;
  /** It comes there only if there is no other place. */
  readonly avoid: ReadonlyMap<string, string>;
}

/** For a load balancer that belongs to no group. */
export const nothingApart: Apart = { never: new Map(), avoid: new Map() };

/** What a load balancer asks for. */
export interface Ask {
  readonly loadBalancer: string;
  /** The device that holds it, or is to hold it. */
  readonly device: string;
  /** The only host that may serve it; null where any may. */
  readonly host: string | null;
  readonly zone: string | null;
  /** Agents that must not be chosen, with the reason. */
  readonly exclude: ReadonlyMap<string, string>;
  readonly apart: Apart;
}

export interface Rejected {
  readonly agent: string;
  readonly reason: string;
}

/** Why this agent can't take it, as the user reads it; null when it can. */
export function rejection(agent: AgentFacts, ask: Ask): string | null {
  const excluded = ask.exclude.get(agent.id);
  if (excluded !== undefined) return excluded;
  if (agent.awayUntil !== null) return `is being restarted until ${timestampOf(agent.awayUntil)}Z`;
  if (agent.state !== 'alive') return `is ${agent.state}`;
  if (agent.cordoned) return 'is cordoned';
  const device = agent.devices.find((one) => one.device === ask.device);
  if (device === undefined) return lacks(agent, ask.device);
  if (device.lost !== null) return `does not reach the device ${ask.device}: ${device.lost}`;
  if (ask.host !== null && agent.host !== ask.host) {
    return `is on host ${agent.host}, and the load balancer can't leave host ${ask.host}`;
  }
  if (ask.zone !== null && agent.zone !== ask.zone) {
    return `is in availability zone ${agent.zone ?? 'none'}, not ${ask.zone}`;
  }
  const together = ask.apart.never.get(agent.host);
  if (together !== undefined) return `is on host ${agent.host}, ${together}`;
  if (agent.capacity !== null && agent.load >= agent.capacity) {
    return `is full (${agent.load} of ${agent.capacity} load balancers)`;
  }
  return null;
}

function lacks({ devices }: AgentFacts, device: string): string {
  const driver = driverOf(device);
  const own = devices.filter((one) => driverOf(one.device) === driver);
  if (own.length > 0) {
    return `does not drive the device ${device} (it drives ${own.map((one) => one.device).join(', ')})`;
  }
  const drivers = [...new Set(devices.map((one) => driverOf(one.device)))];
  return `does not run the driver ${driver} (it runs ${drivers.join(', ') || 'none'})`;
}
