import type { DeviceConnection } from '../../drivers/memory/connection.ts';
import type { ApplyLogEntry, MemoryDeviceOptions } from '../../drivers/memory/device.ts';
import { absentReport, healthyReport } from '../../drivers/memory/operating.ts';
import type { Marker } from '../../drivers/contract/errors.ts';
import { FencedError } from '../../drivers/contract/errors.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { delay } from '../../machines/ports/clock.ts';
import type { Appliance } from '../world/appliance.ts';

/** Which part of the fence (R7, R8) an appliance lacks. */
export type Gap = 'epochs' | 'generations' | 'tombstones';

interface Held {
  marker: Marker;
  document: LoadBalancerDocument | null;
}

/** A factory of appliances whose fence has a gap. */
export function applianceWithout(gap: Gap): (options: MemoryDeviceOptions) => Appliance {
  return (options) => {
    const held = new Map<string, Held>();
    const note = (entry: Omit<ApplyLogEntry, 'at'>) =>
      options.onEntry?.({ at: options.clock.monotonicMs(), ...entry });
    return {
      connect: (agent) => connection(agent, { gap, held, note, options }),
      peek: (id) => {
        const known = held.get(id);
        if (known === undefined) return null;
        const { marker, document } = known;
        return { marker, running: document !== null, operating: absentReport };
      },
      content: (id) => held.get(id)?.document ?? null,
      failNext: () => undefined,
      setUnreachable: () => undefined,
      breakDown: () => undefined,
    };
  };
}

interface Parts {
  readonly gap: Gap;
  readonly held: Map<string, Held>;
  readonly note: (entry: Omit<ApplyLogEntry, 'at'>) => void;
  readonly options: MemoryDeviceOptions;
}

function connection(agent: string, { gap, held, note, options }: Parts): DeviceConnection {
  const { clock, latency } = options;
  const takesTime = async <T>(type: 'apply' | 'remove', lb: string, run: () => T): Promise<T> => {
    const { beforeMs, afterMs } = latency?.({ type, agent, lb }) ?? { beforeMs: 0, afterMs: 0 };
    await delay(clock, beforeMs);
    const result = run();
    await delay(clock, afterMs);
    return result;
  };
  const refuse = (known: Marker | null, epoch: number): void => {
    if (known === null) return;
    if (known.removed && gap !== 'tombstones') throw new FencedError('removed', known);
    if (epoch < known.epoch && gap !== 'epochs') throw new FencedError('older epoch', known);
  };
  return {
    apply: ({ id, epoch, generation, document }) =>
      takesTime('apply', id, () => {
        const known = held.get(id) ?? null;
        refuse(known?.marker ?? null, epoch);
        const older = generation < (known?.marker.generation ?? 0) && gap !== 'generations';
        const marker = {
          epoch,
          generation: older ? (known?.marker.generation ?? 0) : generation,
          removed: false,
        };
        held.set(id, { marker, document: older ? (known?.document ?? null) : document });
        note({ lb: id, epoch, generation, agent, kind: older ? 'claimed' : 'applied' });
        return { marker, contentApplied: !older, operating: healthyReport(document) };
      }),
    remove: ({ id, epoch, generation }) =>
      takesTime('remove', id, () => {
        const known = held.get(id)?.marker ?? null;
        if (known?.removed === true) return known;
        refuse(known, epoch);
        const marker = { epoch, generation, removed: true };
        held.set(id, { marker, document: null });
        note({ lb: id, epoch, generation, agent, kind: 'removed' });
        return marker;
      }),
    observe: () => Promise.resolve(null),
    watch: () => () => undefined,
    probe: () => Promise.resolve({ reachable: true, detail: 'planted' }),
    close: () => undefined,
  };
}
