import type { Driver, DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import { type DeviceConnection, directConnection } from '../../drivers/memory/connection.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';
import { type AuditOptions, connectedDriver } from '../../drivers/memory/driver.ts';
import type { MarkerDisk } from './marker-disk.ts';

/** The driver of an agent for what runs on its own host, where markers may be damaged. */
export function hostedDriver(
  device: MemoryDevice,
  markers: MarkerDisk | null,
  agent: string,
  descriptor: DriverDescriptor,
  audit: AuditOptions,
): Driver {
  const connection = directConnection(device, agent);
  const whole: DeviceConnection = {
    ...connection,
    survey: async () => {
      const found = await connection.survey();
      // The same list where nothing is damaged, so that who has looked through it need not do so again.
      return markers?.anyDamaged === true
        ? found.filter(({ id }) => !markers.isDamaged(id))
        : found;
    },
  };
  return { ...connectedDriver(whole, audit), descriptor };
}

/** What a returning agent finds on its host. */
export function virtualResidence(
  device: MemoryDevice,
  markers: MarkerDisk | null,
  driver: Driver,
  release: Residence['release'],
): Residence {
  return {
    inventory: async () => {
      // What it finds beside the contents costs no further call.
      await driver.survey();
      return device.ids().map((id) => {
        const marker = device.peek(id)?.marker ?? null;
        if (markers?.isDamaged(id) === true) return { id, marker: null, holder: null };
        return { id, marker, holder: markers === null ? device.holder(id) : markers.holder(id) };
      });
    },
    recall: async (id) => {
      const observed = await driver.observe(id);
      const document = device.content(id);
      if (observed === null || document === null) return null;
      const { epoch, generation } = observed.marker;
      return { id, epoch, generation, document };
    },
    release,
    mend: async ({ id, epoch, removed }) => markers?.mend(id, epoch, removed),
  };
}
