import type { LoadBalancerView } from '../../src/api/services.ts';
import { capableAgents, heldBy, hostTied, waitingStates } from '../evidence/capable-agents.ts';
import { livenessOf } from '../evidence/records.ts';
import type { World } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';

/**
 * At rest, a load balancer waits if, and only if, no agent of the core can drive it; and what is shown
 * of it, the reason and what each agent lacks, is true: found out here anew, from the world.
 */
export const pendingExactlyWhenNobodyCan: CheckerKind = {
  name: 'pending-exactly-when-nobody-can',
  start: ({ world, core, controllers, violate }) => ({
    atEnd() {
      for (const view of controllers().flatMap((each) => each.loadBalancers.list())) {
        const problem = whyNotRight(world, core(), view);
        if (problem !== null) violate(problem, view.document.id);
      }
    },
  }),
};

function whyNotRight(world: World, core: readonly string[], view: LoadBalancerView): string | null {
  const { state } = view;
  const [able] = capableAgents(world, core, view);
  const waits = waitingStates.has(state);
  if (waits && able !== undefined) return `it is ${state}, although ${able} can drive it`;
  if (!waits && able === undefined) return `it is ${state}, although nobody can drive it`;
  return waits ? untruth(world, core, view) : null;
}

/** What is shown of a waiting load balancer and is not so; null if all of it is true. */
function untruth(world: World, core: readonly string[], view: LoadBalancerView): string | null {
  const { reason, rejected } = view;
  const states = new Map(
    world.stores.liveness.snapshot().map(({ key, value }) => [key, livenessOf(value).value]),
  );
  const shown = rejected.map(({ agent }) => agent).toSorted();
  const registered = [...states.keys()].toSorted();
  if (shown.join() !== registered.join()) {
    return `it says why ${shown.join(', ') || 'nobody'} can't take it, and ${registered.join(', ')} have registered`;
  }
  for (const { agent, reason: said } of rejected) {
    const state = core.includes(agent) ? 'alive' : (states.get(agent) ?? 'unknown');
    if (!isTrueOf(world, view, { agent, state, said })) return `${agent} ${said}: that is not so`;
  }
  const words = sentence(hostTied(world, view), rejected);
  return reason === words ? null : `its reason is '${reason}', and '${words}' is the true one`;
}

interface Said {
  readonly agent: string;
  readonly state: string;
  /** What is said of the agent. */
  readonly said: string;
}

function isTrueOf(world: World, view: LoadBalancerView, { agent, state, said }: Said): boolean {
  if (said === `is ${state}`) return state !== 'alive';
  const held = heldBy(world, agent);
  if (said === `is full (${held} of ${world.capacity} load balancers)`) {
    return held >= (world.capacity ?? Infinity);
  }
  const host = hostTied(world, view);
  const own = world.hostOf(agent);
  if (said === `is on host ${own}, and the load balancer can't leave host ${host}`) {
    return host !== null && own !== host;
  }
  const { provider } = view.document;
  const { unreachable } = world.appliance;
  if (said === `does not reach the device ${provider}: ${unreachable}`) return unreachable !== null;
  const { drivers } = world.agentHost(agent);
  return said.startsWith(`does not run the driver ${provider} `) && !drivers.includes(provider);
}

function sentence(host: string | null, rejected: LoadBalancerView['rejected']): string {
  const [first, ...others] = rejected;
  if (first === undefined) return 'no agent has registered yet';
  const tied = host === null ? '' : ` on host ${host}, which it can't leave,`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `no agent${tied} can take it: ${first.agent} ${first.reason}${more}`;
}
