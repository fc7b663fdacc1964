import { FencedError, PermanentError } from '../../drivers/contract/errors.ts';
import { admitApply, admitRemove } from '../../drivers/contract/fence.ts';
import { MemoryDevice, type MemoryDeviceOptions } from '../../drivers/memory/device.ts';

/** Which part of the fence (R7, R8) a device lacks. */
export type Gap = 'epochs' | 'generations' | 'tombstones';

/** A factory of devices whose fence has a gap. */
export function deviceWithout(gap: Gap): (options: MemoryDeviceOptions) => MemoryDevice {
  const apply: typeof admitApply = (held, asked) => {
    if (held === null) return admitApply(held, asked);
    const { epoch, generation } = asked;
    if (held.removed && gap === 'tombstones') return admitApply(null, asked);
    if (gap === 'generations' && !held.removed && epoch >= held.epoch) {
      return { marker: { epoch, generation, removed: false }, writeContent: true };
    }
    if (gap === 'epochs') return admitApply({ ...held, epoch: Math.min(held.epoch, epoch) }, asked);
    return admitApply(held, asked);
  };
  const remove: typeof admitRemove = (held, asked) => {
    try {
      return admitRemove(held, asked);
    } catch (error) {
      if (!(error instanceof FencedError) || gap !== 'epochs') throw error;
      return { ...asked, removed: true };
    }
  };
  return (options) => new MemoryDevice({ ...options, fence: { apply, remove } });
}

/** A device that takes whatever a newer epoch brings, also an older generation (V5). */
export function newerEpochsWin(options: MemoryDeviceOptions): MemoryDevice {
  const apply: typeof admitApply = (held, asked) => {
    if (held === null || held.removed || asked.epoch <= held.epoch) return admitApply(held, asked);
    const { epoch, generation } = asked;
    return { marker: { epoch, generation, removed: false }, writeContent: true };
  };
  return new MemoryDevice({ ...options, fence: { apply, remove: admitRemove } });
}

/** A device that refuses to remove what a newer epoch has removed, and does not say that it is gone (V9). */
export function refusesOldRemovals(options: MemoryDeviceOptions): MemoryDevice {
  const remove: typeof admitRemove = (held, asked) => {
    if (held === null || asked.epoch >= held.epoch) return admitRemove(held, asked);
    throw new PermanentError(`epoch ${asked.epoch} is older than epoch ${held.epoch}`);
  };
  return new MemoryDevice({ ...options, fence: { apply: admitApply, remove } });
}

/** A device without a conditional write, to which everybody writes without a look at its marker. */
export function writesUnread(options: MemoryDeviceOptions): MemoryDevice {
  return options.markerAgeMs === undefined
    ? new MemoryDevice(options)
    : deviceWithout('epochs')(options);
}
