import type { Driver, DriverContext, DriverModule } from '../contract/driver.ts';
import { AdminClient } from './admin-client.ts';
import { apply } from './apply.ts';
import { Audit } from './audit.ts';
import { caddyDescriptor as descriptor } from './descriptor.ts';
import type { Device } from './device.ts';
import { observe, survey } from './observe.ts';
import { readOptions } from './options.ts';
import { probe } from './probe.ts';
import { remove } from './remove.ts';
import { Turns } from '../contract/turns.ts';
import { readServers } from './view.ts';

export const caddyModule: DriverModule = {
  descriptor,
  async create(context: DriverContext): Promise<Driver> {
    const { admin, callTimeoutMs, auditMs } = readOptions(context.options);
    const { clock, random, log, agent } = context;
    const client = new AdminClient({ admin, callTimeoutMs, clock });
    return caddyDriver(
      { client, turns: new Turns(), clock, random, log, agent, callTimeoutMs },
      auditMs,
    );
  },
};

/** A driver of one device; others of the same agent may have devices of their own. */
function caddyDriver(device: Device, auditMs: number): Driver {
  const { client, clock } = device;
  const audit = new Audit({
    clock,
    everyMs: auditMs,
    read: async () => (await readServers(client))?.servers ?? null,
  });
  return {
    descriptor,
    apply: (target) =>
      audit.during(
        target.id,
        () => apply(device, target),
        ({ marker }) => marker,
      ),
    remove: (asked) =>
      audit.during(
        asked.id,
        () => remove(device, asked),
        (marker) => marker,
      ),
    observe: (id) => observe(client, id),
    survey: () => survey(client),
    watch: (id, notify) => audit.watch(id, notify),
    probe: () => probe(client),
    close: async () => audit.close(),
  };
}
