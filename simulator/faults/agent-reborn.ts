import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantIsNumber } from './problems.ts';

/** An agent's host is replaced by a new one of the same name: nothing of the old disk is left. */
export const agentReborn: FaultKind = {
  name: 'agent-reborn',
  summary:
    'An agent is killed, and starts on an empty disk, at a wall clock this many seconds off.',
  draw: (stream, frame) => ({
    kind: 'agent-reborn',
    ...span(stream, frame, [5, 8_000]),
    target: stream.pick(frame.agents),
    variant: String(stream.pick([-3_600, 0, 3_600])),
  }),
  problem: firstOf(
    targetsAgent,
    variantIsNumber(
      -31_536_000,
      31_536_000,
      'the seconds that its new clock is off, such as -3600',
    ),
  ),
  start: (world, { target }) => world.agentHost(target).kill(),
  stop(world, { target, variant }) {
    const host = world.agentHost(target);
    // Another fault may have started it meanwhile.
    host.kill();
    host.loseDisk();
    host.time.setWallOffset(Number(variant) * 1_000);
    world.background(host.start());
  },
  heal: (world, { agents }) => {
    for (const id of agents) {
      world.agentHost(id).time.setWallOffset(0);
      world.background(world.agentHost(id).start());
    }
  },
  row: ({ target }) => target,
};
