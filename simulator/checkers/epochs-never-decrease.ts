import { DeviceMemory } from '../evidence/device-memory.ts';
import { isEpochLost } from '../evidence/lost-epochs.ts';
import { isFenced } from '../world/places.ts';
import type { SharedCheckerKind } from './checker.ts';

/**
 * A device never accepts anything of an older epoch than it has accepted; nor does a marker that is made
 * anew let one in, unless the store has lost the record by which the newest one was given.
 */
export const epochsNeverDecrease: SharedCheckerKind = {
  name: 'epochs-never-decrease',
  start({ world, violate }) {
    const accepted = new DeviceMemory<{ epoch: number; agent: string }>();
    return {
      onEvent(event) {
        if (accepted.forgets(event)) {
          const { place, loadBalancer, now } = event;
          if (now) accepted.set(place, loadBalancer, { epoch: now.epoch, agent: 'a backup' });
          return;
        }
        if (event.type === 'mended') {
          const { place, loadBalancer, marker } = event;
          const known = accepted.get(place, loadBalancer);
          const isLower = known !== undefined && marker.epoch < known.epoch && !marker.removed;
          if (isLower && !isEpochLost(world.losses, loadBalancer, known.epoch)) {
            violate(
              `the marker on ${place} was made anew with epoch ${marker.epoch}, after epoch ${known.epoch} from ${known.agent}`,
              loadBalancer,
            );
          } else accepted.set(place, loadBalancer, { epoch: marker.epoch, agent: 'mending' });
          return;
        }
        if (event.type !== 'device' || event.entry.kind === 'refused') return;
        if (!isFenced(world.place(event.place))) return;
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
