import { capableAgents, waitingStates } from '../evidence/capable-agents.ts';
import type { Judged, JudgedView } from '../evidence/judged.ts';
import { isRemovedUnheard } from '../evidence/removed-unheard.ts';
import type { SharedCheckerKind } from './checker.ts';
import { placeOf } from './device-equals-desired.ts';

/** After healing and quiet, every live load balancer is settled at an agent that is alive. */
export const boundAtTheEnd: SharedCheckerKind = {
  name: 'bound-at-the-end',
  start: ({ world, core, controllers, violate }) => ({
    atEnd() {
      for (const view of controllers().flatMap((each) => each.loadBalancers.list())) {
        const problem = whyNotBound(world, core(), view);
        if (problem !== null) violate(problem, view.document.id);
      }
    },
  }),
};

function whyNotWaiting({ state, reason }: JudgedView): string | null {
  if (!waitingStates.has(state)) {
    return `it is ${state}, and not waiting, although nobody can drive it`;
  }
  return reason === null ? `it is ${state} without a reason` : null;
}

/** Why a load balancer is not where it should be; null when it is. */
export function whyNotBound(
  world: Judged,
  core: readonly string[],
  view: JudgedView,
): string | null {
  const { state, binding, deleting, reason, generation, appliedGeneration } = view;
  if (capableAgents(world, core, view).length === 0) return whyNotWaiting(view);
  if (deleting) return `it is still being deleted (${state}: ${reason ?? 'without a reason'})`;
  const { id, provider } = view.document;
  const place = placeOf(world, provider, binding?.agent ?? null);
  const isRefused = state === 'bound.degraded' && isRemovedUnheard(world, place, id);
  if ((state !== 'bound.settled' && !isRefused) || binding === null) {
    return `it is ${state}, not bound.settled (${reason ?? 'without a reason'})`;
  }
  if (appliedGeneration < generation && !isRefused) {
    return `generation ${appliedGeneration} is applied, and ${generation} is wanted`;
  }
  const agent = world.agent(binding.agent);
  if (agent === null) return `it is bound to ${binding.agent}, which does not run`;
  if (!core.includes(binding.agent)) return `it is bound to ${binding.agent}, which is broken`;
  if (agent.incarnation !== binding.incarnation || agent.state !== 'serving') {
    return `it is bound to incarnation ${binding.incarnation} of ${binding.agent}, which is ${agent.state} as ${agent.incarnation}`;
  }
  return null;
}
