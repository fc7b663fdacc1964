import { z } from 'zod';

/**
 * When something was told of an agent: after which revision of its record, under which term of its
 * shard, and as the how-manyth telling of its judge. Notices overtake each other and come twice, and
 * without this order one of an earlier incarnation would stand until the agent's state changes again.
 */
export const Told = z.strictObject({
  revision: z.int().min(0),
  term: z.int().min(0),
  sequence: z.int().min(0),
});
export type Told = z.infer<typeof Told>;

/** What a record says: older than whatever its judge has told since it was written. */
export const byRecord = (revision: number): Told => ({ revision, term: 0, sequence: 0 });

/** Was `a` told before `b`? */
export function isOlder(a: Told, b: Told): boolean {
  if (a.revision !== b.revision) return a.revision < b.revision;
  if (a.term !== b.term) return a.term < b.term;
  return a.sequence < b.sequence;
}
