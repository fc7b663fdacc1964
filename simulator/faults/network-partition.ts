import { type Pair, part } from '../world/disturbance.ts';
import type { World } from '../world/world.ts';
import { disturbing } from './disturbing.ts';
import { type Fault, type FaultKind, networkRow, span } from './fault.ts';
import { firstOf, sidesOf, targetsProcesses, variantAmong } from './problems.ts';

/** How a partition runs between some processes (the side) and the rest. */
const shapes = ['both ways', 'one way', 'other way', 'bridge', 'ring'] as const;

/**
 * Some processes, one or half of them, and the rest don't reach each other. One way: only what the
 * side sends is lost; other way: only what is sent to it. Bridge: the first one of the rest reaches
 * everybody. Ring: each of the target reaches only its neighbours in it. With a slash, such as
 * 'agent-1 / controller-2', those behind it are the rest.
 *
 * Everybody still reaches the server itself, as where the servers of a cluster have lost each other.
 */
export const networkPartition: FaultKind = {
  name: 'network-partition',
  summary:
    "Some processes and the rest don't reach each other: both ways, one way, all but one bridge, or all but neighbours in a ring.",
  draw(stream, frame) {
    const processes = stream.shuffled([...frame.controllers, ...frame.agents]);
    const variant = stream.pick(shapes);
    const half = Math.ceil(processes.length / 2);
    const sideCount = variant === 'ring' ? processes.length : stream.chance(0.5) ? 1 : half;
    return {
      kind: 'network-partition',
      ...span(stream, frame, [200, 6_000]),
      target: processes.slice(0, sideCount).join(' '),
      variant,
    };
  },
  problem: firstOf(targetsProcesses, variantAmong(shapes)),
  ...disturbing((world, fault) => part(pairsOf(world, fault))),
  breaks: (fault) => sidesOf(fault).side,
  row: () => networkRow,
};

function pairsOf(world: World, fault: Fault): readonly Pair[] {
  const { side, rest } = sidesOf(fault);
  if (fault.variant === 'ring') return outsideRing(side);
  const others = [...world.controllerIds(), ...world.agentIds()].filter(
    (id) => !side.includes(id) && (rest === null || rest.includes(id)),
  );
  const beyond = fault.variant === 'bridge' ? others.slice(1) : others;
  return side.flatMap((near) =>
    beyond.flatMap((far): Pair[] => {
      if (fault.variant === 'one way') return [[near, far]];
      if (fault.variant === 'other way') return [[far, near]];
      return [
        [near, far],
        [far, near],
      ];
    }),
  );
}

/** All who are no neighbours. */
function outsideRing(ring: readonly string[]): readonly Pair[] {
  const { length } = ring;
  return ring.flatMap((from, index) =>
    ring.flatMap((to, other): Pair[] => {
      const steps = Math.abs(index - other);
      return Math.min(steps, length - steps) > 1 ? [[from, to]] : [];
    }),
  );
}
