import type { CheckerContext, CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/** How long before the damage everything else must have been well: a fleet takes some seconds to settle. */
const settledMs = 4_000;
/** Longer than the kernel keeps an address that is not prolonged. */
const watchedMs = 5_000;

/**
 * A marker that is damaged ends no traffic where its agent lives and a controller can be asked: it is
 * made anew before the lease of an address has ended.
 */
export const damageEndsNoTraffic: CheckerKind = {
  name: 'damage-ends-no-traffic',
  start(context) {
    const { world, violate } = context;
    const damaged = new Map<string, number>();
    return {
      onEvent(event, atMs) {
        if (event.type === 'damaged') {
          const { place, loadBalancer } = event;
          const key = `${place} ${loadBalancer}`;
          const lately = world.damages.ofMarker(place, loadBalancer).filter((each) => {
            return each.atMs >= atMs - settledMs;
          });
          // One that is damaged again may have to wait: mending has its pace.
          if (lately.length > 1) damaged.delete(key);
          else if (world.place(place).device.isServed(loadBalancer)) damaged.set(key, atMs);
        } else if (event.type === 'served' && event.agent === null) {
          const { place, loadBalancer } = event;
          const sinceMs = damaged.get(`${place} ${loadBalancer}`);
          damaged.delete(`${place} ${loadBalancer}`);
          if (sinceMs === undefined || atMs > sinceMs + watchedMs) return;
          if (!isWanted(context, loadBalancer) || !isCalm(context, sinceMs - settledMs)) return;
          const afterMs = Math.round(atMs - sinceMs);
          violate(`its traffic ended ${afterMs} ms after its marker was damaged`, loadBalancer);
        }
      },
    };
  },
};

function isWanted({ world }: CheckerContext, id: string): boolean {
  const record = world.stores.desired.snapshot().find(({ key }) => key === id);
  return record !== undefined && desiredOf(record.value).status === 'live';
}

const isCalm = ({ disturbances }: CheckerContext, sinceMs: number): boolean =>
  disturbances.since(sinceMs).every(({ kind }) => kind === 'marker-damaged');
