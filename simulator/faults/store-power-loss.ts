import { rememberedMs } from '../world/recent.ts';
import { bucketsOrAll, storesNamed } from './buckets.ts';
import { type FaultKind, span, storeRow } from './fault.ts';
import { firstOf, targetAmong, variantIsNumber } from './problems.ts';

/**
 * The whole NATS cluster loses power. By default JetStream acknowledges a write when it is in the memory
 * of a majority, and brings it to disk up to two minutes later; what was not there by then is gone,
 * and the revisions of a bucket go back. Work queues are lost with all buckets only.
 */
export const storePowerLoss: FaultKind = {
  name: 'store-power-loss',
  summary:
    'The NATS cluster loses power, and the last acknowledged writes with it: when it is back, buckets and work queues hold what they held up to some seconds before.',
  draw: (stream, frame) => ({
    kind: 'store-power-loss',
    ...span(stream, frame, [500, 8_000]),
    target: stream.chance(0.5) ? 'all' : stream.pick(bucketsOrAll),
    variant: String(stream.pick([300, 1_000, 5_000])),
  }),
  problem: firstOf(
    (fault) => targetAmong(fault, bucketsOrAll),
    variantIsNumber(
      1,
      rememberedMs,
      `how many milliseconds of writes it loses at most, 1 to ${rememberedMs}`,
    ),
  ),
  start: (world, { target, variant }) => {
    const tickets = target === 'all' && world.queues !== null ? [world.queues] : [];
    world.nats.losePower([...storesNamed(world, target), ...tickets], Number(variant));
  },
  stop: (world) => world.nats.start(),
  heal: (world) => world.nats.start(),
  row: () => storeRow,
};
