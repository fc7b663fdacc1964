import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { MemoryDeviceOptions } from '../../drivers/memory/device-options.ts';

type Fencing = Pick<MemoryDeviceOptions, 'latency' | 'markerAgeMs' | 'fence'>;

/** What an appliance compares that has no fence: nothing. The newest that it was sent is what it has. */
const noFence: NonNullable<Fencing['fence']> = {
  apply: (_, { epoch, generation }) => {
    return { marker: { epoch, generation, removed: false }, writeContent: true };
  },
  remove: (_, { epoch, generation }) => ({ epoch, generation, removed: true }),
};

/** When a virtual device looks at its marker, and what it makes of it, by its driver's fence. */
export function virtualFence(
  { fence }: Pick<DriverDescriptor, 'fence'>,
  delayMs: () => number,
): Fencing {
  const latency = () => ({ beforeMs: delayMs(), afterMs: delayMs() });
  if (fence === 'marker') return { latency, markerAgeMs: delayMs };
  if (fence !== 'none') return { latency };
  // Whatever another one has written since the call was begun is written over.
  const begunAtOnce = () => ({ beforeMs: 0, afterMs: delayMs() });
  return { latency: begunAtOnce, markerAgeMs: delayMs, fence: noFence };
}
