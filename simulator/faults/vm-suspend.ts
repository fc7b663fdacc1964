import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsProcess, variantAmong } from './problems.ts';

/** What the wall clock shows afterwards: the time, or what it showed before. */
const walls = ['set', 'late'] as const;

/** A virtual machine is suspended and goes on: by its monotonic clock no time has passed. */
export const vmSuspend: FaultKind = {
  name: 'vm-suspend',
  summary: 'A host is suspended and goes on; by its monotonic clock no time has passed.',
  draw: (stream, frame) => ({
    kind: 'vm-suspend',
    ...span(stream, frame, [100, 10_000]),
    target: stream.pick([...frame.agents, ...frame.controllers]),
    variant: stream.pick(walls),
  }),
  problem: firstOf(targetsProcess, variantAmong(walls)),
  start: (world, { target }) => world.host(target).suspend(),
  stop: (world, { target, variant }) =>
    world.host(target).wake(variant === 'late' ? 'late' : 'set'),
  heal: (world, { agents, controllers }) => {
    for (const id of [...agents, ...controllers]) {
      world.host(id).wake('set');
      world.host(id).time.setWallOffset(0);
    }
  },
  row: ({ target }) => target,
};
