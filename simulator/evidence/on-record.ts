import type { DesiredRecord } from '../../machines/protocol/load-balancer-messages.ts';
import { clockDoubtMs } from '../../src/controller/liveness/lapses.ts';
import { worldBeginsMs } from '../world/host-time.ts';
import type { World } from '../world/world.ts';
import { bindingOf, type BindingSnapshot, desiredOf, livenessOf } from './records.ts';

/**
 * What is wanted of a load balancer, where it is to live; null where it is gone or being deleted. The store
 * itself is asked, because what watches it hears later.
 */
export function liveRecord(world: World, id: string): DesiredRecord | null {
  const found = world.stores.desired.snapshot().find(({ key }) => key === id);
  const record = found === undefined ? null : desiredOf(found.value);
  return record?.status === 'live' ? record : null;
}

/** Its binding record, as the store itself has it. */
export function bindingRecord(world: World, id: string): BindingSnapshot | null {
  const found = world.stores.binding.snapshot().find(({ key }) => key === id);
  return found === undefined ? null : bindingOf(found.value);
}

/**
 * May a judge that has come since believe that the agent's host still keeps what it serves, because it was restarted on
 * purpose? Where its clock may be the one that is ahead, it waits for as long as such a lease lasts.
 */
export function mayBeKept(world: World, agent: string, atMs: number): boolean {
  const found = world.stores.liveness.snapshot().find(({ key }) => key === agent);
  if (found === undefined) return false;
  return livenessOf(found.value).context.keptUntil > worldBeginsMs + atMs - clockDoubtMs;
}
