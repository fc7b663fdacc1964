import type { DriverDescriptor } from '../contract/driver.ts';
import { unsupported } from './unsupported.ts';

/**
 * A Caddy that lives on its own, as an appliance: any agent that reaches its admin API may manage its
 * load balancers, and its conditional writes fence those that may not any more.
 */
export const caddyDescriptor: DriverDescriptor = {
  name: 'caddy',
  description: 'Configures a Caddy that runs on its own, over its admin API.',
  aliases: [],
  reschedulable: true,
  fence: 'device',
  devices: 'shared',
  unsupported,
};
