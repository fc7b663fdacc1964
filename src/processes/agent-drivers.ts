import { join } from 'node:path';
import { z } from 'zod';
import type { Driver, DriverContext, DriverModule } from '../../drivers/contract/driver.ts';
import { driverModule, driverModules } from '../../drivers/registry.ts';
import { deviceName, deviceOf, devicesMax } from '../../machines/protocol/device-name.ts';
import { ConfigError } from '../config/config-error.ts';

/** What an agent drives, by the names of its devices. */
export interface AgentDrivers {
  readonly drivers: ReadonlyMap<string, Driver>;
  /** How many load balancers each may hold; null for any number. */
  readonly capacities: ReadonlyMap<string, number | null>;
}

export type AgentDriversContext = Omit<DriverContext, 'stateDir' | 'options'> & {
  /** The host's directory. */
  readonly stateDir: string;
};

/** What every shared device may say beside its driver's options. */
const Capacity = z.int().min(0, 'capacity is to be a number of load balancers').nullable();

const ownName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Shared devices by their names, each with options of its own over those that all of them have. */
const Devices = z
  .record(z.string(), z.record(z.string(), z.unknown()).nullable())
  // Not of the keys' own schema, whose words zod does not tell.
  .refine((devices) => Object.keys(devices).every((own) => ownName.test(own)), {
    error: 'a device name is 1 to 63 of a-z, 0-9 and -',
  });

interface Configured {
  readonly module: DriverModule;
  readonly device: string;
  /** Where it stands in the configuration. */
  readonly path: string;
  readonly options: unknown;
  readonly capacity: number | null;
}

/**
 * Makes the drivers that `agent.drivers` names, one for each device. Throws a {@link ConfigError} that says
 * where the configuration is wrong; then none of them is left running.
 */
export async function agentDrivers(
  configured: Readonly<Record<string, unknown>>,
  context: AgentDriversContext,
): Promise<AgentDrivers> {
  const all = Object.entries(configured).flatMap(([name, options]) => devicesIn(name, options));
  if (all.length > devicesMax) {
    throw new ConfigError(
      `agent.drivers: an agent drives at most ${devicesMax} devices, and these are ${all.length}`,
    );
  }
  const drivers = new Map<string, Driver>();
  const capacities = new Map<string, number | null>();
  try {
    for (const one of all) {
      if (drivers.has(one.device)) {
        throw new ConfigError(`${one.path}: the device ${one.device} is named twice`);
      }
      drivers.set(one.device, await created(one, context));
      capacities.set(one.device, one.capacity);
    }
  } catch (error) {
    await Promise.all([...drivers.values()].map((driver) => driver.close()));
    throw error;
  }
  return { drivers, capacities };
}

async function created(
  { module, device, path, options }: Configured,
  context: AgentDriversContext,
): Promise<Driver> {
  const { name } = module.descriptor;
  try {
    return await module.create({
      ...context,
      log: context.log.child({ device }),
      stateDir: join(context.stateDir, name),
      options,
    });
  } catch (error) {
    throw new ConfigError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function devicesIn(name: string, options: unknown): readonly Configured[] {
  const path = `agent.drivers.${name}`;
  const module = driverModule(name);
  if (module === null) {
    const known = driverModules.map(({ descriptor }) => descriptor.name).join(', ');
    throw new ConfigError(`${path}: there is no such driver; known: ${known}`);
  }
  const { name: driver, devices: kind } = module.descriptor;
  const { devices, ...common } = isRecord(options) ? options : {};
  if (kind === 'hosts') {
    if (devices === undefined) {
      return [{ module, device: driver, path, options, capacity: null }];
    }
    throw new ConfigError(
      `${path}.devices: the device of the driver ${driver} is the agent's own host, so it has no others`,
    );
  }
  const one = (device: string, own: unknown, at: string): Configured => {
    // Whatever else stands there is refused by the driver, in words about its own options.
    if (!isRecord(own)) return { module, device, path: at, options: own, capacity: null };
    const { capacity = null, ...rest } = own;
    return { module, device, path: at, options: rest, capacity: read(Capacity, capacity, at) };
  };
  if (devices === undefined) return [one(deviceOf(driver, null), options, path)];
  const named = Object.entries(read(Devices, devices, `${path}.devices`));
  if (named.length === 0) {
    throw new ConfigError(`${path}.devices: name at least one device, or leave it out`);
  }
  return named.map(([own, its]) => {
    const device = read(deviceName, deviceOf(driver, own), path);
    return one(device, { ...common, ...its }, `${path}.devices.${own}`);
  });
}

function read<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path}: ${z.prettifyError(parsed.error)}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
