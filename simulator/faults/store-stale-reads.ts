import type { World } from '../world/world.ts';
import { linesNamed } from './buckets.ts';
import { type Fault, type FaultKind, span, storeRow } from './fault.ts';
import { firstOf, targetAmong, variantIsNumber } from './problems.ts';

/** The farthest that a deposed leader is behind before it notices. */
const behindMaxMs = 30_000;

const everybody = 'all';

/**
 * A controller, or all, read from a server that was the leader, and has not yet noticed that it is none. They read
 * seldom: where a write was refused, or nobody knows what came of it. So it lasts for some time.
 */
export const storeStaleReads: FaultKind = {
  name: 'store-stale-reads',
  summary: "Controllers' reads are answered by a server that is behind by 0.5 to 10 seconds.",
  draw: (stream, frame) => ({
    kind: 'store-stale-reads',
    ...span(stream, frame, [2_000, 20_000]),
    target: stream.chance(0.5) ? everybody : stream.pick(frame.controllers),
    variant: String(stream.pick([500, 2_000, 10_000])),
  }),
  problem: firstOf(
    (fault, { controllers }) => targetAmong(fault, [...controllers, everybody]),
    variantIsNumber(1, behindMaxMs, `how many milliseconds it is behind, 1 to ${behindMaxMs}`),
  ),
  start: (world, fault) => setBehind(world, whose(world, fault), Number(fault.variant)),
  stop: (world, fault) => setBehind(world, whose(world, fault), 0),
  heal: (world, { controllers }) => setBehind(world, controllers, 0),
  row: ({ target }) => (target === everybody ? storeRow : target),
};

/** The controllers that it befalls. */
function whose(world: World, { target }: Fault): readonly string[] {
  return target === everybody ? world.controllerIds() : [target];
}

function setBehind(world: World, controllers: readonly string[], behindMs: number): void {
  for (const id of controllers) {
    for (const line of linesNamed(world, id, 'all')) line.staleMs = behindMs;
  }
}
