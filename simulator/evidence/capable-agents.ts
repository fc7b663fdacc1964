import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import type { Judged } from './judged.ts';
import { bindingOf } from './records.ts';

/** In which a load balancer waits for somebody who can drive it. */
export const waitingStates: ReadonlySet<string> = new Set([
  'pending',
  'orphaned',
  'deleting.waiting',
]);

type Asked = Pick<Judged, 'agentHost' | 'capacity' | 'descriptor' | 'hostOf' | 'stores'>;

interface Placed {
  readonly document: Pick<LoadBalancerDocument, 'provider'>;
  readonly binding: Seat | null;
}

/** The only host that a load balancer may be on; null where it may leave. */
export function hostTied(
  world: Pick<Asked, 'descriptor' | 'hostOf'>,
  { document, binding }: Placed,
): string | null {
  const isFree = world.descriptor(document.provider)?.reschedulable === true;
  return isFree || binding === null ? null : world.hostOf(binding.agent);
}

/** How many load balancers the agent holds, by their records. */
export function heldBy(world: Pick<Asked, 'stores'>, agent: string): number {
  const records = world.stores.binding.snapshot();
  return records.filter(({ value }) => bindingOf(value).context.binding?.agent === agent).length;
}

function hasRoom(world: Asked, agent: string, { binding }: Placed): boolean {
  const { capacity } = world;
  return capacity === null || binding?.agent === agent || heldBy(world, agent) < capacity;
}

/** Who of the core could drive a load balancer: as the world is, whatever any record says of that. */
export function capableAgents(
  world: Asked,
  core: readonly string[],
  view: Placed,
): readonly string[] {
  const host = hostTied(world, view);
  return core.filter(
    (id) =>
      world.agentHost(id).drivers.includes(view.document.provider) &&
      (host === null || world.hostOf(id) === host) &&
      hasRoom(world, id, view),
  );
}
