import type { Driver, DriverContext, DriverModule } from '../contract/driver.ts';
import { AdminClient } from './admin-client.ts';
import { apply } from './apply.ts';
import { Audit } from './audit.ts';
import { caddyDescriptor as descriptor } from './descriptor.ts';
import type { Device } from './device.ts';
import { observe, survey } from './observe.ts';
import { readOptions } from './options.ts';
import { probe } from './probe.ts';
import { remove, tidy } from './remove.ts';
import { renderContent } from './render/content.ts';
import { Turns } from '../contract/turns.ts';
import { readServers } from './view.ts';

export const caddyModule: DriverModule = {
  descriptor,
  async create(context: DriverContext): Promise<Driver> {
    const { auditMs, onDrift, ...reached } = await readOptions(context.options);
    const { clock, random, log, agent, secrets } = context;
    const { callTimeoutMs } = reached;
    const client = new AdminClient({ ...reached, clock, secrets });
    const device = { client, turns: new Turns(), clock, random, log, agent, callTimeoutMs };
    return caddyDriver({ ...device, onDrift, unsettled: new Set() }, auditMs);
  },
};

/** A driver of one device; others of the same agent may have devices of their own. */
function caddyDriver(device: Device, auditMs: number): Driver {
  const { client, clock, onDrift } = device;
  const audit = new Audit({
    clock,
    onDrift,
    everyMs: auditMs,
    read: async () => (await readServers(client))?.servers ?? null,
  });
  let tidying: Promise<void> | null = null;
  return {
    descriptor,
    apply: (target) =>
      audit.during(
        target.id,
        () => apply(device, target),
        ({ marker, contentApplied }) => ({
          marker,
          content: contentApplied ? renderContent(target.document) : null,
        }),
      ),
    async remove(asked) {
      const marker = await audit.during(
        asked.id,
        () => remove(device, asked),
        () => null,
      );
      // Whoever asked has its answer now, and one at a time is enough.
      tidying ??= tidy(device).finally(() => {
        tidying = null;
      });
      return marker;
    },
    observe: (id) => observe(client, id),
    survey: () => survey(client),
    watch: (id, notify) => audit.watch(id, notify),
    probe: () => probe(client),
    async close() {
      audit.close();
      await tidying;
    },
  };
}
