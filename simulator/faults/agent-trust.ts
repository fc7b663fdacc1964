import { trust } from '../workload/operator.ts';
import type { FaultKind } from './fault.ts';
import { targetsAgent } from './problems.ts';

/** An operator trusts an agent. It is no fault, but changes whom placement prefers. */
export const agentTrust: FaultKind = {
  name: 'agent-trust',
  summary: 'An operator trusts an agent like any other, however often it has died.',
  isOutOfMixtures: true,
  draw: (stream, frame) => ({
    kind: 'agent-trust',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.agents),
    variant: '',
  }),
  problem: targetsAgent,
  start: (world, { target }) => trust(world, target),
  stop: () => undefined,
  heal: () => undefined,
  row: ({ target }) => target,
};
