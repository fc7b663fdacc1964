import { clog } from '../world/disturbance.ts';
import { disturbing } from './disturbing.ts';
import { type FaultKind, networkRow, span } from './fault.ts';
import { firstOf, targetsProcesses, variantAmong } from './problems.ts';

const courses = ['at once', 'swizzle'] as const;

/**
 * Whatever goes to some processes or comes from them is held up, and arrives in order when it is
 * over. Swizzle: they are clogged one by one, in the order of the target, and get free one by one in
 * another order, so that each sees another piece of the world (FoundationDB's swizzle-clogging).
 */
export const networkClog: FaultKind = {
  name: 'network-clog',
  summary: 'What goes to some processes or comes from them is held up, and arrives in order later.',
  draw(stream, frame) {
    const processes = stream.shuffled([...frame.controllers, ...frame.agents]);
    return {
      kind: 'network-clog',
      ...span(stream, frame, [100, 5_000]),
      target: processes.slice(0, stream.integer(1, processes.length)).join(' '),
      variant: stream.pick(courses),
    };
  },
  problem: firstOf(targetsProcesses, variantAmong(courses)),
  ...disturbing((world, { target, variant, forMs }) => {
    const { network } = world;
    const clogs = target.split(' ').map((process) => ({ process }));
    const begin = (each: { process: string }) => {
      const { uplink } = world.host(each.process);
      uplink.cut(each, 'both');
      const mend = { end: () => uplink.mend(each) };
      network.impose(each, { ...clog(each.process), ...mend }, forMs === null);
    };
    let over = false;
    const end = () => {
      over = true;
      for (const each of clogs) network.lift(each);
    };
    // Without an end of its own, there is no time in which to end one by one.
    if (variant !== 'swizzle' || forMs === null || forMs === 0) {
      for (const each of clogs) begin(each);
      return { end };
    }
    const eachMs = forMs / 2 / clogs.length;
    const after = (delayMs: number, run: () => void) =>
      world.time.schedule(delayMs, 'fault', () => {
        if (!over) run();
      });
    for (const [index, each] of clogs.entries()) after(index * eachMs, () => begin(each));
    for (const [index, each] of world.stream('network-clog').shuffled(clogs).entries()) {
      after(forMs / 2 + index * eachMs, () => network.lift(each));
    }
    return { end };
  }),
  breaks: ({ target }) => target.split(' '),
  row: () => networkRow,
};
