import { type FaultKind, span } from './fault.ts';
import { targetsHost } from './problems.ts';

/** A host loses power, with all its agents and all that they run there, and comes up with its disk. */
export const hostDies: FaultKind = {
  name: 'host-dies',
  summary: 'A host dies with all its agents and what they run there, and comes up with its disk.',
  draw: (stream, frame) => ({
    kind: 'host-dies',
    ...span(stream, frame, [100, 8_000]),
    target: stream.pick(frame.hosts),
    variant: '',
  }),
  problem: targetsHost,
  start: (world, { target }) => world.killHost(target),
  stop: (world, { target }) => world.bootHost(target),
  heal: (world, { hosts }) => {
    for (const host of hosts) world.bootHost(host);
  },
  breaks: ({ target }, world) => world.agentsOf(target),
  row: ({ target }) => target,
};
