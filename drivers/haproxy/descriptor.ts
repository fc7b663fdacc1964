import type { DriverDescriptor } from '../contract/driver.ts';
import { unsupported } from './unsupported.ts';

/**
 * One HAProxy process a load balancer, on the agent's own host. Its address is the host's own, so
 * that only agents of the same host may take it over, and a marker on the host's disk fences them.
 */
export const haproxyDescriptor: DriverDescriptor = {
  name: 'haproxy',
  description: 'Runs one HAProxy process for each load balancer on the host of its agent.',
  // Existing Octavia tools ask for these by habit.
  aliases: ['amphora', 'octavia'],
  reschedulable: false,
  fence: 'host',
  devices: 'hosts',
  unsupported,
};
