import { OperatingStatus, ProvisioningStatus } from '../../machines/model/status.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { bindingOf } from '../evidence/records.ts';
import { type Sight, sightOf } from '../evidence/wire.ts';
import type { Losses, LostWrites } from '../world/losses.ts';
import type { CheckerKind } from './checker.ts';

const words = /"(provisioning|operating)_status":"([^"]*)"/g;

/**
 * Only Octavia's words are on the wire, and what one client sees of a load balancer follows their
 * order: what was applied once is never being created, and what is being deleted ends as that.
 */
export const legalStatuses: CheckerKind = {
  name: 'legal-statuses',
  start({ world, violate }) {
    const seen = new Map<string, { readonly statuses: Statuses; answeredMs: number }>();
    return {
      onEvent(event, atMs) {
        if (event.type !== 'wire' || event.answer === null) return;
        for (const [, kind, word] of event.answer.text.matchAll(words)) {
          const known = kind === 'operating' ? OperatingStatus : ProvisioningStatus;
          if (!known.safeParse(word).success) violate(`${kind}_status is '${word}'`, event.client);
        }
        const sight = sightOf(event);
        if (sight === null) return;
        const before = seen.get(event.client) ?? { statuses: new Map(), answeredMs: 0 };
        seen.set(event.client, before);
        if (before.answeredMs > event.askedMs) return;
        before.answeredMs = atMs;
        const { statuses } = before;
        const broken = ruleBroken(statuses, sight.status);
        // What was seen before that was lost says nothing of what comes.
        if (broken !== null && isLost(world.losses, sight, broken, statuses)) statuses.clear();
        else if (broken !== null)
          violate(`it is shown as ${sight.status} after ${broken}`, sight.id);
        // A look by name before the creation is done finds nothing, and may find it later.
        if (sight.status !== 'gone' || statuses.size > 0) {
          if (!statuses.has(sight.status)) statuses.set(sight.status, atMs);
        }
      },
    };
  },
};

/** What one client has seen of its load balancer, and when first. */
type Statuses = Map<string, number>;

/** For how long after a store has lost something, controllers may go on showing it: until they are connected again. */
const shownOnMs = 20_000;

/** Did the store lose what had made it the status that it had before? */
function isLost(losses: Losses, { id, status }: Sight, before: string, seen: Statuses): boolean {
  // It was lost as a whole, and somebody who knew it has written it again.
  if (before === 'gone' && losses.of('desired', id).some(({ now }) => now === null)) return true;
  const sinceMs = (seen.get(before) ?? 0) - shownOnMs;
  // What had been removed is on record again, and has to be bound anew: it will be refused for good.
  if (losses.ofDeletion(id, sinceMs)) return true;
  // Only that its record was removed is lost: its deletion has to end once more.
  if (before === 'gone' && status === 'PENDING_DELETE' && losses.ofRemoval(id, sinceMs))
    return true;
  return status === 'PENDING_CREATE' && losses.of('binding', id).some(wasApplied);
}

/** Was it lost that it had been applied for the first time? */
function wasApplied({ changes, now }: LostWrites): boolean {
  return changes.some(isApplied) && (now === null || !isApplied(now));
}

const isApplied = (change: StoreChange): boolean =>
  change.type === 'put' && bindingOf(change.value).context.appliedGeneration > 0;

/** The status seen before after which this one can't come; null if it can. */
function ruleBroken(before: Pick<Statuses, 'has'>, status: string): string | null {
  if (before.has('gone') && status !== 'gone') return 'gone';
  const ends = ['PENDING_DELETE', 'ERROR', 'DELETED', 'gone'];
  if (before.has('PENDING_DELETE') && !ends.includes(status)) return 'PENDING_DELETE';
  if (status !== 'PENDING_CREATE') return null;
  return ['ACTIVE', 'PENDING_UPDATE'].find((applied) => before.has(applied)) ?? null;
}
