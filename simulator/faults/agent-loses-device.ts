import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantSays } from './problems.ts';

/** One agent does not reach the appliance any more, and others do. */
export const agentLosesDevice: FaultKind = {
  name: 'agent-loses-device',
  summary: 'An agent does not reach the appliance, which others reach.',
  draw: (stream, frame) => ({
    kind: 'agent-loses-device',
    ...span(stream, frame, [500, 20_000]),
    target: stream.pick(frame.agents),
    variant: 'its cable is out',
  }),
  problem: firstOf(targetsAgent, variantSays('say why it does not reach it')),
  start: (world, { target, variant }) => world.appliance.trouble.setCutOff(target, variant),
  stop: (world, { target }) => world.appliance.trouble.setCutOff(target, null),
  heal: (world, { agents }) => {
    for (const id of agents) world.appliance.trouble.setCutOff(id, null);
  },
  row: ({ target }) => target,
};
