import type { Seat } from '../../machines/protocol/seat.ts';
import { parseDown } from '../../machines/protocol/subjects.ts';
import type { CheckerKind } from './checker.ts';
import { commandOf, seatsOf } from './records.ts';

/** An epoch of a load balancer means one incarnation of one agent, for ever. */
export const oneHolderPerEpoch: CheckerKind = {
  name: 'one-holder-per-epoch',
  start({ violate }) {
    const holders = new Map<string, Seat>();
    const note = (loadBalancer: string, seat: Seat | null, where: string): void => {
      if (seat === null) return;
      const key = `${loadBalancer} ${seat.epoch}`;
      const known = holders.get(key);
      if (known === undefined) holders.set(key, seat);
      else if (known.agent !== seat.agent || known.incarnation !== seat.incarnation) {
        violate(
          `epoch ${seat.epoch} was ${known.agent} (${known.incarnation}) and is ${seat.agent} (${seat.incarnation}) in ${where}`,
          loadBalancer,
        );
      }
    };
    return {
      onEvent(event) {
        if (event.type === 'stored' && event.bucket === 'binding') {
          if (event.change.type === 'removed') return;
          const { binding, standby } = seatsOf(event.change.value);
          note(event.change.key, binding, 'the binding record');
          note(event.change.key, standby, 'the binding record');
        } else if (event.type === 'sent') {
          const to = parseDown(event.subject);
          if (to?.kind !== 'command') return;
          const { epoch, incarnation, loadBalancer } = commandOf(event.data);
          note(loadBalancer, { agent: to.agent, incarnation, epoch }, 'a command');
        }
      },
    };
  },
};
