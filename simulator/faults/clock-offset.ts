import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsProcess, variantIsNumber } from './problems.ts';

/** A year: further off, nobody would take it for a clock. */
const secondsMax = 31_536_000;

/** A host's wall clock jumps while its process runs, and jumps back. */
export const clockOffset: FaultKind = {
  name: 'clock-offset',
  summary: "A host's wall clock jumps by seconds or by an hour, and back.",
  draw: (stream, frame) => ({
    kind: 'clock-offset',
    ...span(stream, frame, [200, 15_000]),
    target: stream.pick([...frame.agents, ...frame.controllers]),
    variant: String(stream.pick([-3_600, -45, -2, 2, 45, 3_600])),
  }),
  problem: firstOf(
    targetsProcess,
    variantIsNumber(-secondsMax, secondsMax, 'a number of seconds, such as -30'),
  ),
  start: (world, { target, variant }) =>
    world.host(target).time.setWallOffset(Number(variant) * 1_000),
  stop: (world, { target }) => world.host(target).time.setWallOffset(0),
  heal: (world, { agents, controllers }) => {
    for (const id of [...agents, ...controllers]) world.host(id).time.setWallOffset(0);
  },
  row: ({ target }) => target,
};
