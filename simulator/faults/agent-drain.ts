import { type FaultKind, span } from './fault.ts';

/** An agent is stopped as an operator does it: it says goodbye, and its load moves first. */
export const agentDrain: FaultKind = {
  name: 'agent-drain',
  draw: (stream, frame) => ({
    kind: 'agent-drain',
    ...span(stream, frame, [500, 8_000]),
    target: stream.pick(frame.agents),
    variant: '',
  }),
  begin: (world, { target }) => world.background(world.agentHost(target).stop()),
  end: (world, { target }) => {
    // Whatever it was doing: a service manager kills what does not stop in time.
    world.agentHost(target).kill();
    world.background(world.agentHost(target).start());
  },
};
