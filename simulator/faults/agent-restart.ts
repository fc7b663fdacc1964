import { restart } from '../workload/operator.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantAmong } from './problems.ts';

const ways = ['stop', 'order'];
/** Shorter than some restarts take, and longer than all of them. */
const leasesMs = [2_000, 5_000, 20_000];
const variants = ways.flatMap((way) => leasesMs.map((leaseMs) => `${way} ${leaseMs}`));

/** An agent is restarted on purpose, as for an upgrade: it asks to be waited for, and may be late. */
export const agentRestart: FaultKind = {
  name: 'agent-restart',
  summary:
    'An agent is restarted on purpose, by its service manager or by an operator, with a lease of this many milliseconds.',
  draw: (stream, frame) => ({
    kind: 'agent-restart',
    ...span(stream, frame, [300, 7_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(variants),
  }),
  problem: firstOf(targetsAgent, variantAmong(variants)),
  start(world, { target, variant }) {
    const [way, leaseMs] = variant.split(' ');
    const host = world.agentHost(target);
    host.restartLeaseMs = Number(leaseMs);
    if (way === 'order') restart(world, target);
    else world.background(host.stop({ comesBack: true }));
  },
  stop(world, { target, variant }) {
    const host = world.agentHost(target);
    // A service manager kills what does not stop in time.
    if (variant.startsWith('stop')) host.kill();
    world.background(host.start());
  },
  heal: (world, { agents }) => {
    for (const id of agents) world.background(world.agentHost(id).start());
  },
  row: ({ target }) => target,
};
