import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import { memoryDescriptor } from '../../../drivers/memory/driver.ts';

/** The drivers of a test's fleet: an appliance's, a second one, and one whose load balancers can't leave their host. */
const otherDescriptor: DriverDescriptor = { ...memoryDescriptor, name: 'other' };
const tiedDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'tied',
  reschedulable: false,
  fence: 'host',
  devices: 'hosts',
};
export const descriptors = [memoryDescriptor, otherDescriptor, tiedDescriptor];
