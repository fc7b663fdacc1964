import type { DriverDescriptor } from '../../contract/driver.ts';
import { unsupported } from '../unsupported.ts';

/**
 * One HAProxy process a load balancer, and its address on an interface of the agent's host, where the
 * kernel takes it away when the agent's lease ends. So it may move between hosts.
 */
export const vipDescriptor: DriverDescriptor = {
  name: 'haproxy-vip',
  description:
    'Runs one HAProxy process for each load balancer, and brings its address to the host of its agent.',
  aliases: [],
  reschedulable: true,
  fence: 'lease',
  devices: 'hosts',
  unsupported,
};
