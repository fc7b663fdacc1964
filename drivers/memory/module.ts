import { z } from 'zod';
import type { Driver, DriverContext, DriverModule } from '../contract/driver.ts';
import { MemoryDevice } from './device.ts';
import { connectedDriver, memoryDescriptor, memoryDriver } from './driver.ts';
import { httpConnection } from './http-connection.ts';

const callTimeoutDefaultMs = 5_000;
const auditDefaultMs = 5_000;

const Options = z
  .strictObject({
    /** The name of a device in this process, or where to reach one in another. */
    device: z
      .union(
        [
          z.string().min(1),
          z.strictObject({
            url: z.url({
              protocol: /^http$/,
              hostname: /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/,
            }),
            callTimeoutMs: z.int().min(1).default(callTimeoutDefaultMs),
          }),
        ],
        {
          error:
            'device is to be a name, or { "url": "http://127.0.0.1:<port>" } of a device server',
        },
      )
      .default('default'),
    /** How often what this driver has configured is read back and compared. */
    auditMs: z.int().min(1).default(auditDefaultMs),
  })
  .default({ device: 'default', auditMs: auditDefaultMs });

/** Devices of this process by name, so that all its agents reach the same appliance. */
const devices = new Map<string, MemoryDevice>();

/** The device of that name in this process; made with the given clock at its first use. */
export function processDevice(name: string, clock: DriverContext['clock']): MemoryDevice {
  const known = devices.get(name);
  if (known !== undefined) return known;
  const device = new MemoryDevice({ clock });
  devices.set(name, device);
  return device;
}

export const memoryModule: DriverModule = {
  descriptor: memoryDescriptor,
  async create(context: DriverContext): Promise<Driver> {
    const parsed = Options.safeParse(context.options ?? undefined);
    if (!parsed.success) {
      throw new Error(`wrong options of the memory driver:\n${z.prettifyError(parsed.error)}`);
    }
    const { device, auditMs } = parsed.data;
    const { clock } = context;
    if (typeof device === 'string') {
      return memoryDriver(processDevice(device, clock), context.agent, { clock, auditMs });
    }
    return connectedDriver(httpConnection({ ...context, ...device }), { clock, auditMs });
  },
};
