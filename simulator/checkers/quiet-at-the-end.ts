import { restMs } from '../evidence/rest.ts';
import type { CheckerKind } from './checker.ts';

/** After healing, the world comes to rest: no write, no call to the device, nothing left to claim. */
export const quietAtTheEnd: CheckerKind = {
  name: 'quiet-at-the-end',
  start: ({ world, rest, violate }) => ({
    atEnd() {
      const { atMs, what, loadBalancer } = rest.last;
      if (world.time.nowMs - atMs < restMs) violate(`there is no rest: ${what}`, loadBalancer);
    },
  }),
};
