import { type FaultKind, span } from './fault.ts';

const reasons = ['Read Error', 'Stale Connection', 'Slow Consumer (Write Deadline)'];

/** An agent loses its connection to NATS; the server gives a reason, which may be a guess. */
export const agentDisconnect: FaultKind = {
  name: 'agent-disconnect',
  draw: (stream, frame) => ({
    kind: 'agent-disconnect',
    ...span(stream, frame, [20, 6_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(reasons),
  }),
  begin: (world, { target, variant }) => world.agentHost(target).disconnect(variant),
  end: (world, { target }) => world.agentHost(target).reconnect(),
};
