import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import type { Judged } from './judged.ts';

interface Placed {
  readonly document: Pick<LoadBalancerDocument, 'provider'>;
  readonly binding: Seat | null;
}

/** The only host that a load balancer may be on; null where it may leave. */
export function hostTied(
  world: Pick<Judged, 'agentHost' | 'descriptor' | 'hostOf'>,
  { document, binding }: Placed,
): string | null {
  const isFree = world.descriptor(document.provider)?.reschedulable === true;
  return isFree || binding === null ? null : world.hostOf(binding.agent);
}

/** Who of the core could drive a load balancer: as the world is, whatever any record says. */
export function capableAgents(
  world: Pick<Judged, 'agentHost' | 'descriptor' | 'hostOf'>,
  core: readonly string[],
  view: Placed,
): readonly string[] {
  const host = hostTied(world, view);
  return core.filter(
    (id) =>
      world.agentHost(id).drivers.includes(view.document.provider) &&
      (host === null || world.hostOf(id) === host),
  );
}
