import { FencedError } from '../../drivers/contract/errors.ts';
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
