import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController, variantSays } from './problems.ts';

/** A controller has one connection for all that it needs of NATS: with that, bus, stores and queues go together. */
export const controllerOffline: FaultKind = {
  name: 'controller-offline',
  summary: 'A controller loses NATS, the bus and the stores together, while everybody else has it.',
  draw: (stream, frame) => ({
    kind: 'controller-offline',
    ...span(stream, frame, [50, 15_000]),
    target: stream.pick(frame.controllers),
    variant: stream.pick(['Stale Connection', 'Read Error']),
  }),
  problem: firstOf(targetsController, variantSays("be the server's reason, such as 'Read Error'")),
  start: (world, fault) => world.controllerHost(fault.target).uplink.bar(fault, fault.variant),
  stop: (world, fault) => world.controllerHost(fault.target).uplink.unbar(fault),
  heal: (world, { controllers }) => {
    for (const id of controllers) world.controllerHost(id).uplink.unbarAll();
  },
  row: ({ target }) => target,
};
