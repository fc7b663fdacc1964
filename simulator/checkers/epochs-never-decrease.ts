import type { CheckerKind } from './checker.ts';
import { DeviceMemory } from './device-memory.ts';

/** A device never accepts anything of an older epoch than it has accepted. */
export const epochsNeverDecrease: CheckerKind = {
  name: 'epochs-never-decrease',
  start({ violate }) {
    const accepted = new DeviceMemory<{ epoch: number; agent: string }>();
    return {
      onEvent(event) {
        if (accepted.forgets(event)) return;
        if (event.type !== 'device' || event.entry.kind === 'refused') return;
        const { lb, epoch, agent, kind, raced } = event.entry;
        const known = accepted.get(event.place, lb);
        // A fence that reads and then writes lets this happen; how long it stands is measured.
        if (known !== undefined && epoch < known.epoch && raced !== true) {
          violate(
            `${event.place} accepted '${kind}' of epoch ${epoch} from ${agent} after epoch ${known.epoch} from ${known.agent}`,
            lb,
          );
        } else accepted.set(event.place, lb, { epoch, agent });
      },
    };
  },
};
