import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantSays } from './problems.ts';

const reasons = ['Read Error', 'Stale Connection', 'Slow Consumer (Write Deadline)'];

/** An agent loses its connection to NATS; the server gives a reason, which may be a guess. */
export const agentDisconnect: FaultKind = {
  name: 'agent-disconnect',
  summary: "An agent's connection to NATS breaks, with a reason of the server's.",
  draw: (stream, frame) => ({
    kind: 'agent-disconnect',
    ...span(stream, frame, [20, 6_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(reasons),
  }),
  problem: firstOf(targetsAgent, variantSays("be the server's reason, such as 'Read Error'")),
  start: (world, fault) => world.agentHost(fault.target).uplink.bar(fault, fault.variant),
  stop: (world, fault) => world.agentHost(fault.target).uplink.unbar(fault),
  heal: (world, { agents }) => {
    for (const id of agents) world.agentHost(id).uplink.unbarAll();
  },
  row: ({ target }) => target,
};
