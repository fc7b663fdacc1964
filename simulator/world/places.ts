import type { Driver, DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDescriptor, memoryDriver } from '../../drivers/memory/driver.ts';
import type { Clock } from '../../machines/ports/clock.ts';

/** How often agents compare what is on their devices with what they wrote. */
const auditMs = 3_000;

/** A process for each load balancer on the host of its agent, as HAProxy: it can't leave the host. */
export const hostDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'host',
  description: 'Runs load balancers on the host of their agent, which they can not leave.',
  reschedulable: false,
  fence: 'host',
};

/** An appliance without a conditional write: who writes has read the marker a moment ago. */
export const markerDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'marker',
  description:
    'Configures an appliance that keeps a marker, but can not compare and write at once.',
  fence: 'marker',
};

export const virtualDescriptors = [memoryDescriptor, hostDescriptor, markerDescriptor];

export const virtualDescriptor = (name: string): DriverDescriptor | null =>
  virtualDescriptors.find((each) => each.name === name) ?? null;

/** Where load balancers are served: an appliance that all agents reach, or a host of agents. */
export interface Place {
  readonly name: string;
  readonly descriptor: DriverDescriptor;
  readonly device: MemoryDevice;
  /** The host that it is part of; null where every agent reaches it. */
  readonly host: string | null;
}

/** The appliances' names, as faults and events call them. */
export const applianceName = 'appliance';
export const markedApplianceName = 'marked-appliance';

/** The driver of an agent for a place. */
export function placeDriver(place: Place, agent: string, clock: Clock): Driver {
  const driver = memoryDriver(place.device, agent, { clock, auditMs });
  const { descriptor, device } = place;
  if (descriptor.fence !== 'host') return { ...driver, descriptor };
  return { ...driver, descriptor, residence: residenceOf(device, driver) };
}

/** What a returning agent finds on its host, where the markers' disk is never damaged. */
function residenceOf(device: MemoryDevice, driver: Driver): Residence {
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
    release: ({ id }) => Promise.reject(new Error(`${id} can't have left its host`)),
    mend: () => Promise.resolve(),
  };
}
