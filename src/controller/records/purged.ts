import { StoreUnavailable, type Store } from '../../ports/store.ts';

/** What is known of the records that there are, possibly late. */
interface Known {
  raw(key: string): object | null;
}

/**
 * Of these load balancers, those whose record was removed: their deletion was confirmed, and ids are
 * never used again. That there is no record is no proof: a store that was lost or made anew has none
 * either, and what runs on devices must survive that.
 */
export async function purgedAmong(
  ids: readonly string[],
  known: Known,
  desired: Pick<Store, 'wasRemoved'>,
): Promise<readonly string[]> {
  const purged: string[] = [];
  try {
    for (const id of ids) {
      if (known.raw(id) === null && (await desired.wasRemoved(id))) purged.push(id);
    }
  } catch (error) {
    // Whoever asked asks again.
    if (!(error instanceof StoreUnavailable)) throw error;
  }
  return purged;
}
