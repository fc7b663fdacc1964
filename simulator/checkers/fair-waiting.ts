import { shardOf } from '../../machines/protocol/subjects.ts';
import { stateName } from '../../src/host/actor-kind.ts';
import { bindingOf } from '../evidence/records.ts';
import type { WorldEvent } from '../world/events.ts';
import { isDrivenUnderLease } from '../world/places.ts';
import type { CheckerKind } from './checker.ts';

/** How many that came later may be given a seat before one that waits for the same. */
const overtakenMax = 2;

/** What is written at about the same time is in no order. */
const togetherMs = 1_000;

/** A load balancer that wants a seat. */
interface Waiting {
  readonly sinceMs: number;
  /** What it asks for: only who asks for the same can be overtaken. */
  readonly asks: string;
  /** The agent that it was bound to; null where it never was. */
  readonly formerly: string | null;
  /** When others were given a seat that had come later. */
  readonly overtakenMs: number[];
}

/**
 * Seats are given in the order of waiting: nobody is overtaken again and again by load balancers that
 * ask for the same and came later, as long as controllers, stores and network are well. What is orphaned and driven under
 * a lease is not in that order: it waits for the lapse. Nor is what an agent has again that has come back.
 */
export const fairWaiting: CheckerKind = {
  name: 'fair-waiting',
  excuses: true,
  start({ world, disturbances, judges, violate }) {
    const waiting = new Map<string, Waiting>();

    /** Those of whom there is a record. */
    const known = new Set<string>();

    const isExcused = ({ sinceMs }: Pick<Waiting, 'sinceMs'>): boolean =>
      disturbances.ofControlPlane(sinceMs - togetherMs);

    /** One has a seat: whoever has waited longer for one like it was overtaken. */
    const served = (id: string, own: Waiting, by: string | null, atMs: number): void => {
      if (waiting.delete(id)) judges(isExcused(own));
      // It takes nobody's place.
      if (by !== null && by === own.formerly) return;
      for (const { sinceMs, asks, overtakenMs } of waiting.values()) {
        const isOlder = sinceMs + togetherMs <= own.sinceMs;
        if (asks === own.asks && isOlder) overtakenMs.push(atMs);
      }
    };

    const lookAt = (atMs: number): void => {
      for (const [id, each] of waiting) {
        const { sinceMs, overtakenMs } = each;
        const times = overtakenMs.filter((thenMs) => atMs - thenMs >= togetherMs).length;
        if (times <= overtakenMax || isExcused(each)) continue;
        violate(
          `it waits for ${Math.round(atMs - sinceMs)} ms, and ${times} that came later have a seat`,
          id,
        );
      }
    };

    const noteRecord = ({ change }: WorldEvent & { type: 'stored' }, atMs: number): void => {
      const { key } = change;
      if (change.type === 'removed') {
        waiting.delete(key);
        known.delete(key);
        return;
      }
      const { value, context } = bindingOf(change.value);
      const { binding, driver, reschedulable, host, zone, status } = context;
      const state = stateName(value);
      // Of a place at a full agent, its own controller hears first.
      const owner = world.capacity === null ? '' : shardOf(key, world.options.shards);
      const asks = `${driver} ${reschedulable ? '' : host} ${zone} ${owner}`;
      const agent = binding?.agent ?? null;
      const formerly = known.has(key) ? agent : null;
      const anew = { sinceMs: atMs, asks, formerly, overtakenMs: [] };
      const before = waiting.get(key) ?? anew;
      // What a lease may still serve waits for the end of that, in nobody's queue.
      const waitsForLapse = state === 'orphaned' && isDrivenUnderLease(driver);
      if (waitsForLapse) waiting.delete(key);
      else if (status === 'live' && (state === 'pending' || state === 'orphaned')) {
        waiting.set(key, { ...before, asks });
      } else if (waiting.has(key) || !known.has(key)) served(key, before, agent, atMs);
      known.add(key);
    };

    return {
      onEvent(event, atMs) {
        if (event.type !== 'stored' || event.bucket !== 'binding') return;
        noteRecord(event, atMs);
        lookAt(atMs);
      },
    };
  },
};
