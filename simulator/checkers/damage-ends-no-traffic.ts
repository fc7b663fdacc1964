import { liveRecord } from '../evidence/on-record.ts';
import { markerDamaged } from '../faults/marker-damaged.ts';
import type { CheckerContext, CheckerKind } from './checker.ts';

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
  excuses: true,
  start(context) {
    const { world, judges, violate } = context;
    /** When each was damaged, in this order, and which load balancer it is there. */
    const damaged = new Map<string, { readonly loadBalancer: string; readonly sinceMs: number }>();

    const isExcused = (key: string): boolean => {
      const each = damaged.get(key);
      damaged.delete(key);
      return each === undefined || isTroubled(context, each.loadBalancer, each.sinceMs - settledMs);
    };

    const lookAt = (atMs: number): void => {
      for (const [key, { sinceMs }] of damaged) {
        if (atMs <= sinceMs + watchedMs) return;
        judges(isExcused(key));
      }
    };

    return {
      onEvent(event, atMs) {
        if (damaged.size > 0) lookAt(atMs);
        if (event.type === 'damaged') {
          const { place, loadBalancer } = event;
          const key = `${place} ${loadBalancer}`;
          const lately = world.damages.ofMarker(place, loadBalancer).filter((each) => {
            return each.atMs >= atMs - settledMs;
          });
          // One that is damaged again may have to wait: mending has its pace.
          damaged.delete(key);
          if (lately.length === 1 && world.place(place).device.isServed(loadBalancer)) {
            damaged.set(key, { loadBalancer, sinceMs: atMs });
          }
        } else if (event.type === 'served' && event.agent === null) {
          const { place, loadBalancer } = event;
          const key = `${place} ${loadBalancer}`;
          const each = damaged.get(key);
          if (each === undefined || !judges(isExcused(key))) return;
          const afterMs = Math.round(atMs - each.sinceMs);
          violate(`its traffic ended ${afterMs} ms after its marker was damaged`, loadBalancer);
        }
      },
    };
  },
};

/** It is not wanted any more, or something else was wrong since then. */
const isTroubled = (
  { world, disturbances }: CheckerContext,
  id: string,
  sinceMs: number,
): boolean =>
  liveRecord(world, id) === null ||
  disturbances.since(sinceMs).some(({ kind }) => kind !== markerDamaged.name);
