import type { CallFault } from '../../drivers/memory/device.ts';
import type { FaultKind } from './fault.ts';

/** The device refuses the next few calls, or carries them out and does not answer. */
export const deviceFailure: FaultKind = {
  name: 'device-failure',
  draw: (stream, frame) => ({
    kind: 'device-failure',
    atMs: stream.between(0, frame.untilMs),
    forMs: 0,
    target: String(stream.integer(1, 6)),
    variant: stream.pick(['retryable', 'unknown']),
  }),
  begin: (world, { target, variant }) =>
    world.appliance.failNext(Number(target), variant as CallFault),
  end: () => undefined,
};
