import type { CallFault } from '../../drivers/memory/trouble.ts';
import { deviceRow, type Fault, type FaultKind, type FaultProblem } from './fault.ts';
import { firstOf, variantAmong } from './problems.ts';

/** The device refuses the next few calls, or carries them out and does not answer. */
export const deviceFailure: FaultKind = {
  name: 'device-failure',
  summary: 'The device refuses the next few calls, or carries them out without an answer.',
  draw: (stream, frame) => ({
    kind: 'device-failure',
    atMs: stream.between(0, frame.untilMs),
    forMs: 0,
    target: String(stream.integer(1, 6)),
    variant: stream.pick(['retryable', 'unknown']),
  }),
  problem: firstOf(countsCalls, variantAmong(['retryable', 'unknown'])),
  start: (world, { target, variant }) =>
    world.appliance.trouble.failNext(Number(target), variant as CallFault),
  stop: () => undefined,
  isPending: (world) => world.appliance.trouble.left > 0,
  heal: (world) => world.appliance.trouble.failNext(0, 'retryable'),
  row: () => deviceRow,
};

function countsCalls({ target }: Fault): FaultProblem | null {
  if (/^[1-9]\d*$/.test(target)) return null;
  return { key: 'target', message: "needs a target: how many calls fail, such as '3'" };
}
