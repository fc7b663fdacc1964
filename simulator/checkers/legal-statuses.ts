import { OperatingStatus, ProvisioningStatus } from '../../machines/model/status.ts';
import type { CheckerKind } from './checker.ts';
import type { Losses } from '../world/losses.ts';
import { type Sight, sightOf } from './wire.ts';

const words = /"(provisioning|operating)_status":"([^"]*)"/g;

/**
 * Only Octavia's words are on the wire, and what one client sees of a load balancer follows their
 * order: what was applied once is never being created, and what is being deleted ends as that.
 */
export const legalStatuses: CheckerKind = {
  name: 'legal-statuses',
  start({ world, violate }) {
    const seen = new Map<string, { readonly statuses: Set<string>; answeredMs: number }>();
    return {
      onEvent(event, atMs) {
        if (event.type !== 'wire' || event.answer === null) return;
        for (const [, kind, word] of event.answer.text.matchAll(words)) {
          const known = kind === 'operating' ? OperatingStatus : ProvisioningStatus;
          if (!known.safeParse(word).success) violate(`${kind}_status is '${word}'`, event.client);
        }
        const sight = sightOf(event);
        if (sight === null) return;
        const before = seen.get(event.client) ?? { statuses: new Set(), answeredMs: 0 };
        seen.set(event.client, before);
        if (before.answeredMs > event.askedMs) return;
        before.answeredMs = atMs;
        const broken = ruleBroken(before.statuses, sight.status);
        const isExcused = broken !== null && isLost(world.losses, sight, broken);
        if (broken !== null && !isExcused)
          violate(`it is shown as ${sight.status} after ${broken}`, sight.id);
        // A look by name before the creation is done finds nothing, and may find it later.
        if (sight.status !== 'gone' || before.statuses.size > 0) before.statuses.add(sight.status);
      },
    };
  },
};

/** Did the store lose what had made it the status that it had before? */
function isLost(losses: Losses, { id, status }: Sight, before: string): boolean {
  if (before === 'gone' && losses.ofCreation(id)) return true;
  // What had been removed is on record again, and has to be bound anew: it will be refused for good.
  if (losses.ofDeletion(id)) return true;
  return status === 'PENDING_CREATE' && losses.of('binding', id).length > 0;
}

/** The status seen before after which this one can't come; null if it can. */
function ruleBroken(before: ReadonlySet<string>, status: string): string | null {
  if (before.has('gone') && status !== 'gone') return 'gone';
  const ends = ['PENDING_DELETE', 'ERROR', 'DELETED', 'gone'];
  if (before.has('PENDING_DELETE') && !ends.includes(status)) return 'PENDING_DELETE';
  if (status !== 'PENDING_CREATE') return null;
  return ['ACTIVE', 'PENDING_UPDATE'].find((applied) => before.has(applied)) ?? null;
}
