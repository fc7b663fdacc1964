import { disturbing } from './disturbing.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsProcess, variantAmong } from './problems.ts';

/** Who has closed the connection, and whether the server ever says so. */
const variants = [
  'by the server',
  'by the server, unsaid',
  'by the process',
  'by the process, unsaid',
];

/**
 * One side has closed a connection, and the other one does not know. By the server: what the process
 * sends is lost without an error, until it gives up at the end of the fault and comes back. By the
 * process, which comes back at once: the server goes on sending to the old connection as well, and
 * tells of its end only at the end of the fault, when the new one has been there for long.
 */
export const networkHalfOpen: FaultKind = {
  name: 'network-half-open',
  summary: "One side has closed a process's connection, and the other one does not know.",
  draw: (stream, frame) => ({
    kind: 'network-half-open',
    // The client's own pings notice within three seconds, while it is not held up.
    ...span(stream, frame, [200, 5_000]),
    target: stream.pick([...frame.agents, ...frame.controllers]),
    variant: stream.pick(variants),
  }),
  problem: firstOf(targetsProcess, variantAmong(variants)),
  ...disturbing((world, { target, variant }) => {
    const { uplink } = world.host(target);
    const reason = variant.endsWith('unsaid') ? null : 'Stale Connection';
    if (variant.startsWith('by the server')) {
      uplink.closeAtServer(reason);
      return { end: () => uplink.notice() };
    }
    const endAtServer = uplink.slipAway();
    return { end: () => endAtServer(reason) };
  }),
  row: ({ target }) => target,
};
