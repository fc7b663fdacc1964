import { move } from '../workload/operator.ts';
import type { FaultKind } from './fault.ts';
import { firstOf, targetsLoadBalancer } from './problems.ts';

/** An operator gives a load balancer to an agent of his choice. It is no fault, and comes at the worst of times. */
export const loadBalancerMove: FaultKind = {
  name: 'load-balancer-move',
  summary: 'An operator gives a load balancer to an agent of his choice, whatever becomes of that.',
  draw: (stream, frame) => ({
    kind: 'load-balancer-move',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.loadBalancers),
    variant: stream.pick(frame.agents),
  }),
  problem: firstOf(targetsLoadBalancer, ({ variant }, { agents }) =>
    agents.includes(variant)
      ? null
      : { key: 'variant', message: `'${variant}' must be an agent: ${agents.join(', ')}` },
  ),
  start: (world, { target, variant }) => move(world, target, variant),
  stop: () => undefined,
  heal: () => undefined,
  row: ({ variant }) => variant,
};
