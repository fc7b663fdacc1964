import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsProcess, variantIsNumber } from './problems.ts';

/** A host has too much to do: whatever reaches its process waits for its turn. */
export const slowHost: FaultKind = {
  name: 'slow-host',
  summary: 'Each timer, message and answer takes a process up to so many milliseconds.',
  draw: (stream, frame) => ({
    kind: 'slow-host',
    ...span(stream, frame, [500, 8_000]),
    target: stream.pick([...frame.agents, ...frame.controllers]),
    variant: String(stream.pick([1, 5, 25, 100])),
  }),
  problem: firstOf(targetsProcess, variantIsNumber(0.1, 10_000, 'milliseconds, such as 5')),
  start(world, { target, variant }) {
    const stream = world.stream(`pace:${target}`);
    world.host(target).slowDown(() => stream.between(0, Number(variant)));
  },
  stop: (world, { target }) => world.host(target).slowDown(null),
  heal: (world, { agents, controllers }) => {
    for (const id of [...agents, ...controllers]) world.host(id).slowDown(null);
  },
  row: ({ target }) => target,
};
