import { silentLog } from '../../../machines/ports/log.ts';
import { presets } from '../../../machines/timings/timings.ts';
import type { Fault, FaultKind } from '../../../simulator/faults/fault.ts';
import { World } from '../../../simulator/world/world.ts';
import type { MemoryBus } from '../../../src/adapters/memory-bus.ts';

export const everybody = ['controller-1', 'controller-2', 'agent-1', 'agent-2'];

/** Who hears whom: all of one side each of the other. */
export const pairs = (from: readonly string[], to: readonly string[]): string[] =>
  from.flatMap((a) => to.filter((b) => b !== a).map((b) => `${a} > ${b}`));

export const all = pairs(everybody, everybody).toSorted();

export function faultOf({ name }: FaultKind, more: Partial<Fault> = {}): Fault {
  return { kind: name, atMs: 0, forMs: 1, target: '', variant: '', ...more };
}

/** A world whose processes only listen; tells who hears whom. */
export function quietWorld() {
  const world = new World({ seed: 1, timings: presets.lan, agents: 2, controllers: 2, shards: 1 });
  const heard: string[] = [];
  const buses = new Map<string, MemoryBus>();
  for (const id of everybody) {
    const bus = world.network.broker.connect(`process/${id}`);
    buses.set(id, bus);
    bus.subscribe('hello', ({ data }) => {
      if (data !== id) heard.push(`${data} > ${id}`);
    });
    bus.subscribe(`ask.${id}`, (message) => message.reply('answered'));
    const { uplink } = world.host(id);
    uplink.boot();
    uplink.open(bus, world.clock, silentLog);
  }
  const bus = (id: string): MemoryBus => buses.get(id) as MemoryBus;
  const ending = (work: Promise<unknown>): Promise<string> =>
    world.settle(
      work.then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    );
  return {
    world,
    bus,
    /** Everybody says hello once; who has heard whom within the time. */
    async hearsays(withinMs = 100): Promise<readonly string[]> {
      heard.length = 0;
      for (const [id, each] of buses) each.publish('hello', id);
      await world.run(withinMs);
      return heard.toSorted();
    },
    /** How a request ends: answered, or the name of the error. */
    ask: (from: string, to: string) => ending(bus(from).request(`ask.${to}`, '', 1_000)),
    ping: (id: string) => ending(bus(id).ping(1_000)),
  };
}
