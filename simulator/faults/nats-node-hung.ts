import type { World } from '../world/world.ts';
import { disturbing } from './disturbing.ts';
import { type FaultKind, networkRow, span } from './fault.ts';
import { firstOf, targetsProcesses, variantAmong } from './problems.ts';

/** Whether the stores' leaders were on that server. */
const roles = ['follower', 'leader'] as const;
/** How long NATS takes to elect other ones. */
const electionMs = [4_000, 9_000] as const;

/**
 * One server of a cluster stands still, with all its connections open. Whoever is connected to it hears nothing more,
 * and is told by nobody; he is well off as soon as he goes to another one.
 */
export const natsNodeHung: FaultKind = {
  name: 'nats-node-hung',
  summary:
    'One NATS server of a cluster stands still with its connections open; who is connected to it is told by nobody.',
  draw(stream, frame) {
    const processes = stream.shuffled([...frame.controllers, ...frame.agents]);
    // Each is connected to one of three.
    const its = processes.slice(0, Math.ceil(processes.length / 3));
    return {
      kind: 'nats-node-hung',
      ...span(stream, frame, [500, 15_000]),
      target: its.join(' '),
      variant: stream.pick(roles),
    };
  },
  problem: firstOf(targetsProcesses, variantAmong(roles)),
  ...disturbing((world, fault) => {
    const { target, variant } = fault;
    const processes = target.split(' ');
    const uplinks = processes.map((process) => world.host(process).uplink);
    for (const uplink of uplinks) uplink.hang(fault);
    const leadOn = variant === 'leader' ? loseLeaders(world) : () => undefined;
    const isHung = (process: string): boolean =>
      processes.includes(process) && world.host(process).uplink.isHung;
    return {
      fate: (from, to) => (isHung(from) || isHung(to) ? 'lost' : null),
      end: () => {
        for (const uplink of uplinks) uplink.wakeServer(fault);
        leadOn();
      },
    };
  }),
  breaks: ({ target }) => target.split(' '),
  row: () => networkRow,
};

/** Returns what happens when it works on: it leads as before, unless others were elected meanwhile. */
function loseLeaders(world: World): () => void {
  const led = [...Object.values(world.stores), ...(world.queues === null ? [] : [world.queues])];
  let isLed = false;
  const elect = (): void => {
    if (isLed) return;
    isLed = true;
    for (const one of led) one.electLeader();
  };
  for (const one of led) one.loseLeader();
  world.time.schedule(world.stream('nats-node-hung').between(...electionMs), 'fault', elect);
  return elect;
}
