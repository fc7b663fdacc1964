import { type PersistencePoint, persistencePoints } from '../world/process.ts';
import { type Fault, type FaultKind, type FaultProblem, span } from './fault.ts';
import { firstOf, targetsProcess } from './problems.ts';

const countMax = 1_000_000;

/** A process is killed exactly between a record, its effect and the acknowledgement. */
export const crashPoint: FaultKind = {
  name: 'crash-point',
  summary:
    'A process is killed at its n-th write, acknowledgement of a write, or effect, and starts again.',
  draw: (stream, frame) => ({
    kind: 'crash-point',
    ...span(stream, frame, [500, 6_000]),
    target: stream.pick([...frame.controllers, ...frame.agents]),
    variant: `${stream.pick(persistencePoints)} ${stream.integer(1, 12)}`,
  }),
  problem: firstOf(targetsProcess, (fault) => (pointOf(fault) === null ? notAPoint(fault) : null)),
  start(world, fault) {
    const at = pointOf(fault);
    if (at !== null) world.host(fault.target).killAt(at.point, at.count);
  },
  stop(world, { target }) {
    world.host(target).spare();
    world.background(world.host(target).start());
  },
  heal: (world, { agents, controllers }) => {
    for (const id of [...agents, ...controllers]) {
      world.host(id).spare();
      world.background(world.host(id).start());
    }
  },
  row: ({ target }) => target,
};

/** The variant names a point and says which of its kind: `after-persist 3`. */
function pointOf({ variant }: Fault): { point: PersistencePoint; count: number } | null {
  const [word, number] = variant.split(' ');
  const point = persistencePoints.find((each) => each === word);
  const count = Number(number);
  const sound = Number.isInteger(count) && count >= 1 && count <= countMax;
  return point === undefined || !sound ? null : { point, count };
}

function notAPoint({ variant }: Fault): FaultProblem {
  const message = `'${variant}' must be one of ${persistencePoints.join(', ')}, and which one: 'after-persist 3'`;
  return { key: 'variant', message };
}
