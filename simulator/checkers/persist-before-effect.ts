import { parseDown } from '../../machines/protocol/subjects.ts';
import { commandOf, desiredOf, seatsOf } from '../evidence/records.ts';
import type { BucketName } from '../world/events.ts';
import type { CheckerKind } from './checker.ts';

/**
 * A command leaves only by authority of records that are known committed: its seat is the binding or
 * the standby of some committed revision, and so is its generation.
 */
export const persistBeforeEffect: CheckerKind = {
  name: 'persist-before-effect',
  start({ violate }) {
    const committed = new Set<string>();
    const authorise = (bucket: BucketName, key: string, value: string): void => {
      if (bucket === 'desired') {
        const { generation, status } = desiredOf(value);
        committed.add(`${key} ${generation} ${status}`);
      }
      if (bucket !== 'binding') return;
      const { binding, standby } = seatsOf(value);
      for (const seat of [binding, standby]) {
        if (seat === null) continue;
        committed.add(`${key} ${seat.agent} ${seat.incarnation} ${seat.epoch}`);
      }
    };
    return {
      onEvent(event) {
        if (event.type === 'learnt') {
          // That a record was removed authorises nothing.
          if (event.value !== null) authorise(event.bucket, event.key, event.value);
        } else if (event.type === 'sent') {
          const to = parseDown(event.subject);
          if (to?.kind !== 'command') return;
          const { loadBalancer, incarnation, epoch, generation, status } = commandOf(event.data);
          if (!committed.has(`${loadBalancer} ${to.agent} ${incarnation} ${epoch}`)) {
            violate(
              `${to.agent} was commanded under epoch ${epoch}, which no committed record gives it`,
              loadBalancer,
            );
          }
          if (!committed.has(`${loadBalancer} ${generation} ${status}`)) {
            violate(
              `${to.agent} was sent generation ${generation} before it was committed`,
              loadBalancer,
            );
          }
        }
      },
    };
  },
};
