import type { World } from '../world/world.ts';
import {
  type Fault,
  type FaultKind,
  type FaultProblem,
  networkRow,
  type Processes,
  span,
} from './fault.ts';
import { choice, firstOf, variantAmong } from './problems.ts';

/** How a partition runs between some processes (the side) and the rest. */
const shapes = ['both ways', 'one way', 'bridge'] as const;

/**
 * Some processes, one or half of them, and the rest don't reach each other. One way: only what the
 * side sends is lost. Bridge: the first one of the rest reaches everybody.
 */
export const networkPartition: FaultKind = {
  name: 'network-partition',
  summary:
    "Some processes and the rest don't reach each other: both ways, one way, or all but one bridge.",
  draw(stream, frame) {
    const processes = [...frame.controllers, ...frame.agents];
    const side = stream.chance(0.5)
      ? [stream.pick(processes)]
      : processes.filter(() => stream.chance(0.5));
    return {
      kind: 'network-partition',
      ...span(stream, frame, [200, 6_000]),
      target: side.join(' '),
      variant: stream.pick(shapes),
    };
  },
  problem: firstOf(targetsSide, variantAmong(shapes)),
  start(world, { target, variant }) {
    const side = target.split(' ');
    const rest = processesOf(world).filter((id) => !side.includes(id));
    const beyond = variant === 'bridge' ? rest.slice(1) : rest;
    for (const near of side) {
      for (const far of beyond) {
        world.network.part(near, far);
        if (variant !== 'one way') world.network.part(far, near);
      }
    }
  },
  // Partitions that overlap end together, with the one that ends first.
  stop: (world) => world.network.rejoin(),
  heal: (world) => world.network.rejoin(),
  row: () => networkRow,
};

function processesOf(world: World): readonly string[] {
  return [...world.controllerIds(), ...world.agentIds()];
}

function targetsSide({ target }: Fault, { agents, controllers }: Processes): FaultProblem | null {
  const processes = [...controllers, ...agents];
  const strangers = target.split(' ').filter((id) => id !== '' && !processes.includes(id));
  if (strangers.length === 0) return null;
  const message = `'${target}' must be a list of processes with spaces between them: ${choice(processes)}`;
  return { key: 'target', message };
}
