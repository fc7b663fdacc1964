import type { AgentDevice } from '../../../machines/liveness/context.ts';
import { type AgentFacts, type Ask, nothingApart } from '../../../machines/placement/candidates.ts';

/** A device that its agent reaches. */
export function reached(device: string): AgentDevice {
  return { device, capacity: null, lost: null };
}

/** An agent that can take anything, but for what the test says. */
export function agentFacts(id: string, given: Partial<AgentFacts> = {}): AgentFacts {
  return {
    id,
    incarnation: 1,
    host: `host-${id}`,
    state: 'alive',
    devices: [reached('memory')],
    zone: null,
    capacity: null,
    load: 0,
    cordoned: false,
    awayUntil: null,
    flapping: null,
    ...given,
  };
}

/** A load balancer that asks for nothing special. */
export function ask(loadBalancer: string, given: Partial<Ask> = {}): Ask {
  return {
    loadBalancer,
    device: 'memory',
    host: null,
    zone: null,
    exclude: new Map(),
    apart: nothingApart,
    ...given,
  };
}
