import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController, variantSays } from './problems.ts';

/** A controller loses its one connection to NATS, and bus, stores and queues with it, while everybody else has his. */
export const controllerDisconnect: FaultKind = {
  name: 'controller-disconnect',
  summary: "A controller's connection to NATS breaks, with a reason of the server's.",
  draw: (stream, frame) => ({
    kind: 'controller-disconnect',
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
