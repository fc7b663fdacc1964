import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsProcess, variantIsNumber } from './problems.ts';

/** A host's monotonic clock runs too fast or too slowly, so that its timers come early or late. */
export const clockRate: FaultKind = {
  name: 'clock-rate',
  summary: "A host's monotonic clock runs at 0.8 to 1.25 times the true rate.",
  draw: (stream, frame) => ({
    kind: 'clock-rate',
    ...span(stream, frame, [1_000, 15_000]),
    target: stream.pick([...frame.agents, ...frame.controllers]),
    variant: String(stream.pick([0.8, 0.9, 0.99, 1.01, 1.1, 1.25])),
  }),
  problem: firstOf(targetsProcess, variantIsNumber(0.5, 2, 'a rate from 0.5 to 2, such as 1.1')),
  start: (world, { target, variant }) => world.host(target).time.setRate(Number(variant)),
  stop: (world, { target }) => world.host(target).time.setRate(1),
  heal: (world, { agents, controllers }) => {
    for (const id of [...agents, ...controllers]) world.host(id).time.setRate(1);
  },
  row: ({ target }) => target,
};
