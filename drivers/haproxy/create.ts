import type { Driver, DriverContext, DriverDescriptor } from '../contract/driver.ts';
import { Alarm } from './alarm.ts';
import { apply } from './apply.ts';
import { health } from './health.ts';
import type { Host, HostGround } from './host.ts';
import { observe, survey } from './observe.ts';
import { type HaproxyOptions, makeStateDir, openFilesMax } from './options.ts';
import { probe } from './probe.ts';
import { ProcessTable } from './process-table.ts';
import { Questions } from './questions.ts';
import { remove } from './remove.ts';
import { residence } from './residence.ts';
import { Watch } from './watch.ts';

/** What the drivers of this folder differ in, beside how addresses come to the host. */
export interface Variant {
  readonly descriptor: DriverDescriptor;
  readonly options: HaproxyOptions;
  readonly addressMoves: boolean;
}

export async function prepareHost(
  context: DriverContext,
  { descriptor, options, addressMoves }: Variant,
): Promise<HostGround> {
  return {
    driver: descriptor.name,
    options: { ...options, stateDir: await makeStateDir(options.stateDir, descriptor.name) },
    addressMoves,
    clock: context.clock,
    log: context.log,
    openFilesMax: await openFilesMax(),
    agent: context.agent,
    processes: new ProcessTable(context.clock),
    inStock: new Set(),
    alarm: new Alarm(),
    left: new Map(),
  };
}

export function createDriver(
  descriptor: DriverDescriptor,
  host: Host,
  { random }: Pick<DriverContext, 'random'>,
): Driver {
  const questions = new Questions(host);
  const watches = new Set<Watch>();
  return {
    descriptor,
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
        if (![...watches].some((other) => other.id === id)) host.left.delete(id);
      };
    },
    probe: () => probe(host, random),
    async close() {
      for (const watch of watches) watch.stop();
      watches.clear();
      questions.close();
    },
  };
}
