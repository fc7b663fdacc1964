import type { Driver, DriverContext, DriverModule } from '../contract/driver.ts';
import { hostsOwnAddress } from './addressing.ts';
import { createDriver, prepareHost } from './create.ts';
import { haproxyDescriptor as descriptor } from './descriptor.ts';
import { Options, readOptions } from './options.ts';

export const haproxyModule: DriverModule = {
  descriptor,
  async create(context: DriverContext): Promise<Driver> {
    const options = readOptions(Options, descriptor.name, context, process.env);
    const ground = await prepareHost(context, { descriptor, options, addressMoves: false });
    const addressing = hostsOwnAddress(options.stopGraceMs);
    return createDriver(descriptor, { ...ground, addressing }, context);
  },
};
