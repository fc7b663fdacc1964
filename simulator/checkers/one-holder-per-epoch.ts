import type { Seat } from '../../machines/protocol/seat.ts';
import { parseDown } from '../../machines/protocol/subjects.ts';
import type { CheckerKind } from './checker.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { commandOf, type Seats, seatsOf } from './records.ts';

/**
 * An epoch of a load balancer means one incarnation of one agent, for ever. Only an epoch that stood in
 * no record but those that the store has lost, and under which nobody was commanded, was never given.
 */
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
    /** Epochs under which somebody was commanded. */
    const used = new Set<string>();
    const forget = (loadBalancer: string, lost: readonly Seats[], now: Seats | null): void => {
      const standing = [now?.binding?.epoch, now?.standby?.epoch];
      for (const seat of lost.flatMap(({ binding, standby }) => [binding, standby])) {
        if (seat === null || standing.includes(seat.epoch)) continue;
        const key = `${loadBalancer} ${seat.epoch}`;
        if (!used.has(key)) holders.delete(key);
      }
    };
    return {
      onEvent(event) {
        if (event.type === 'lost' && event.bucket === 'binding') {
          const lost = event.changes.flatMap((change) => seatsIn(change) ?? []);
          forget(event.key, lost, seatsIn(event.now));
        } else if (event.type === 'stored' && event.bucket === 'binding') {
          if (event.change.type === 'removed') return;
          const { binding, standby } = seatsOf(event.change.value);
          note(event.change.key, binding, 'the binding record');
          note(event.change.key, standby, 'the binding record');
        } else if (event.type === 'sent') {
          const to = parseDown(event.subject);
          if (to?.kind !== 'command') return;
          const { epoch, incarnation, loadBalancer } = commandOf(event.data);
          used.add(`${loadBalancer} ${epoch}`);
          note(loadBalancer, { agent: to.agent, incarnation, epoch }, 'a command');
        }
      },
    };
  },
};

const seatsIn = (change: StoreChange | null): Seats | null =>
  change?.type === 'put' ? seatsOf(change.value) : null;
