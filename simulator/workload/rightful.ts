import type { Change } from './change.ts';
import type { Reply } from './connection.ts';
import type { Facts } from './facts.ts';
import { poolOf } from './resource-paths.ts';
import type { ResourceName } from './resources.ts';

/**
 * Why a request that was refused would have been right, by all that anybody was told before it was asked and might have done
 * since; null where nobody can say. A pool's name is given only once, so its id can't be that of one before it.
 */
export function whyRightful(
  facts: Facts,
  change: Change,
  { outcome, status }: Pick<Reply, 'outcome' | 'status'>,
  askedAt: number,
): string | null {
  if (outcome !== 'refused') return null;
  const pool: ResourceName | null = change.kind === 'pool' ? change : poolOf(change);
  const isAboutPool = change.kind === 'pool' || change.verb === 'create';
  if (status === 404 && pool !== null && isAboutPool && facts.mustBeThere(pool, askedAt)) {
    return `its ${pool.name} was there`;
  }
  if (status === 409 && change.verb === 'create' && facts.mustBeAbsent(change, askedAt)) {
    return 'there was none';
  }
  return null;
}
