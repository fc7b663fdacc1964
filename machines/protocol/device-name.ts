import { z } from 'zod';

/** How many devices one agent drives. */
export const devicesMax = 64;

/**
 * A device, as the whole deployment calls it: its driver's name, and behind a slash its own, where
 * that driver has devices with names (`caddy/edge-1`). Agents that drive a device of the same name
 * drive the same device; of a driver whose devices are hosts, each host is one.
 */
export const deviceName = z
  .string()
  .regex(
    /^[a-z0-9-]{1,64}(\/[a-z0-9][a-z0-9-]{0,62})?$/,
    'a device is a driver, or <driver>/<name> with a name of 1 to 63 of a-z, 0-9 and -',
  );

/** The name of the driver's only device, or of the one that has this name among its devices. */
export function deviceOf(driver: string, own: string | null): string {
  return own === null ? driver : `${driver}/${own}`;
}

/** The driver by which a device is driven. */
export function driverOf(device: string): string {
  const [driver] = device.split('/');
  return driver ?? device;
}
