import { openAll, order } from '../workload/operator.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantAmong } from './problems.ts';

const words = ['cordon', 'drain'];

/** An operator has something to do on a host. It is no fault, and comes at the worst of times. */
export const agentCordon: FaultKind = {
  name: 'agent-cordon',
  summary: 'An operator cordons or drains an agent, and opens it again.',
  draw: (stream, frame) => ({
    kind: 'agent-cordon',
    ...span(stream, frame, [1_000, 20_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(words),
  }),
  problem: firstOf(targetsAgent, variantAmong(words)),
  start: (world, { target, variant }) =>
    order(world, target, variant === 'drain' ? 'drain' : 'cordon'),
  stop: (world, { target }) => order(world, target, 'uncordon'),
  heal: openAll,
  row: ({ target }) => target,
};
