import { stormHostsMin, stormShare } from '../../src/controller/fleet/storm-brake.ts';
import type { World } from '../world/world.ts';
import type { Disturbances } from './disturbances.ts';

/** Of so many hosts, how many may go at once without being a large part of the fleet. */
export const goAtOnceMost = (hosts: number): number =>
  hosts < stormHostsMin ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(hosts * stormShare));

/** May the storm brake have been on at some time since then, because of what befell so many hosts at once? */
export function mayHaveStormed(world: World, disturbances: Disturbances, sinceMs: number): boolean {
  const most = goAtOnceMost(world.inventory.hosts.length);
  if (most === Number.POSITIVE_INFINITY) return false;
  const all = disturbances.since(sinceMs - world.options.timings.stormWindowMs);
  if (all.some(({ reach }) => reach === 'everything')) return true;
  const touched = all.filter(({ reach }) => reach === 'agent').map(({ target }) => target);
  return new Set(touched.map((agent) => world.hostOf(agent))).size > most;
}
