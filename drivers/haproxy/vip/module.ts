import type { Driver, DriverContext, DriverModule } from '../../contract/driver.ts';
import { createDriver, prepareHost } from '../create.ts';
import { vipDescriptor as descriptor } from './descriptor.ts';
import { LeasedAddresses } from './leased-addresses.ts';
import { parseVipOptions } from './options.ts';
import { addressTrouble } from './probe.ts';

export const vipModule: DriverModule = {
  descriptor,
  async create(context: DriverContext): Promise<Driver> {
    const options = parseVipOptions(context, process.env);
    const ground = await prepareHost(context, { descriptor, options, addressMoves: true });
    const addresses = new LeasedAddresses(ground, options);
    const driver = createDriver(descriptor, { ...ground, addressing: addresses }, context);
    return {
      ...driver,
      leasing: addresses,
      async probe() {
        const { clock } = context;
        const trouble = await addressTrouble({ clock, options }, addresses.interface);
        return trouble === null ? driver.probe() : { reachable: false, reason: trouble };
      },
      async close() {
        addresses.close();
        await driver.close();
      },
    };
  },
};
