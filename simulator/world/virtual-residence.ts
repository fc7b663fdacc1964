import type { Driver } from '../../drivers/contract/driver.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';

/** What a returning agent finds on its host, where the markers' disk is never damaged. */
export function virtualResidence(
  device: MemoryDevice,
  driver: Driver,
  release: Residence['release'],
): Residence {
  return {
    inventory: async () =>
      (await driver.survey()).map(({ id, marker }) => ({ id, marker, holder: device.holder(id) })),
    recall: async (id) => {
      const observed = await driver.observe(id);
      const document = device.content(id);
      if (observed === null || document === null) return null;
      const { epoch, generation } = observed.marker;
      return { id, epoch, generation, document };
    },
    release,
    mend: () => Promise.resolve(),
  };
}
