import { deviceRow, type FaultKind } from './fault.ts';
import { servedAs } from './served-as.ts';
import { firstOf, targetsLoadBalancer, variantAmong } from './problems.ts';

const ways = ['one goes', 'all go', 'all come'];

/** Servers behind a load balancer go down, or come up again; they stay as they are when all else is healed. */
export const memberFailure: FaultKind = {
  name: 'member-failure',
  summary: 'Servers behind a load balancer go down, or come up again.',
  draw: (stream, frame) => ({
    kind: 'member-failure',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.loadBalancers),
    variant: stream.pick(ways),
  }),
  problem: firstOf(targetsLoadBalancer, variantAmong(ways)),
  start(world, { target, variant }) {
    for (const { place, id, content } of servedAs(world, target)) {
      const members = content.pools.flatMap((pool) => pool.members);
      const some = variant === 'one goes' ? members.slice(0, 1) : members;
      for (const member of some) place.device.setFailing(id, member.id, variant !== 'all come');
    }
  },
  stop: () => undefined,
  heal: () => undefined,
  row: () => deviceRow,
};
