import type { Driver, DriverContext, DriverModule } from '../contract/driver.ts';
import { apply } from './apply.ts';
import { haproxyDescriptor } from './descriptor.ts';
import { health } from './health.ts';
import type { Host } from './host.ts';
import { observe, survey } from './observe.ts';
import { makeStateDir, openFilesMax, parseOptions } from './options.ts';
import { probe } from './probe.ts';
import { ProcessTable } from './process-table.ts';
import { Questions } from './questions.ts';
import { remove } from './remove.ts';
import { residence } from './residence.ts';
import { Watch } from './watch.ts';

export const haproxyModule: DriverModule = {
  descriptor: haproxyDescriptor,
  async create(context: DriverContext): Promise<Driver> {
    const options = parseOptions(context, process.env);
    const host: Host = {
      options: { ...options, stateDir: await makeStateDir(options.stateDir) },
      clock: context.clock,
      log: context.log,
      openFilesMax: await openFilesMax(),
      agent: context.agent,
      processes: new ProcessTable(context.clock),
      inStock: new Set(),
    };
    const questions = new Questions(host);
    const watches = new Set<Watch>();
    return {
      descriptor: haproxyDescriptor,
      apply: (target) => apply(host, target),
      remove: (target) => remove(host, target),
      observe: (id) => observe(host, id),
      survey: () => survey(host),
      residence: residence(host),
      health: health(host, questions),
      watch(id, notify) {
        const watch = new Watch(host, questions, id, notify);
        watches.add(watch);
        return () => {
          watch.stop();
          watches.delete(watch);
        };
      },
      probe: () => probe(host, context.random),
      async close() {
        for (const watch of watches) watch.stop();
        watches.clear();
        questions.close();
      },
    };
  },
};
