import { networkRow, type FaultKind, span } from './fault.ts';
import { variantAmong } from './problems.ts';

const killed = 'killed';
const shutDown = 'Server Shutdown';

/** The NATS server ends and comes back with its disk; meanwhile nobody hears anybody, and no store answers. */
export const natsRestart: FaultKind = {
  name: 'nats-restart',
  summary:
    'The NATS server is killed or shut down: every connection breaks, the stores are out of reach, and then everybody comes back.',
  draw: (stream, frame) => ({
    kind: 'nats-restart',
    ...span(
      stream,
      frame,
      stream.pick([
        [60, 300],
        [1_000, 8_000],
      ]),
    ),
    target: '',
    variant: stream.pick([killed, shutDown]),
  }),
  problem: variantAmong([killed, shutDown]),
  start: (world, { variant }) => world.nats.stop(variant === killed ? null : variant),
  stop: (world) => world.nats.start(),
  heal: (world) => world.nats.start(),
  row: () => networkRow,
};
