import { commandOf } from '../evidence/records.ts';
import { commandsInFlight } from '../world/virtual-controller.ts';
import type { CheckerKind } from './checker.ts';

/** A controller never has more commands to one life of an agent under way than it may. */
export const workIsPaced: CheckerKind = {
  name: 'work-is-paced',
  start({ violate }) {
    const underWay = new Map<string, number>();
    const laneOf = (by: string, subject: string, data: string): string =>
      `${by} ${subject} ${commandOf(data).incarnation}`;
    return {
      onEvent(event) {
        if (event.type === 'fault' && event.kind === 'controller-crash') underWay.clear();
        if (event.type === 'commanded') {
          const lane = laneOf(event.by, event.subject, event.data);
          underWay.set(lane, Math.max(0, (underWay.get(lane) ?? 0) - 1));
        }
        if (event.type !== 'sent' || !event.subject.endsWith('.command')) return;
        const lane = laneOf(event.from, event.subject, event.data);
        const count = (underWay.get(lane) ?? 0) + 1;
        underWay.set(lane, count);
        if (count <= commandsInFlight) return;
        const { loadBalancer } = commandOf(event.data);
        violate(
          `${count} commands are under way from ${lane}, and ${commandsInFlight} may be`,
          loadBalancer,
        );
      },
    };
  },
};
