/**
 * The items without those that are not needed: removing any single one of what is left makes `fails`
 * false (Zeller's ddmin, by complements). `fails` holds for all the items; it is asked in an order that
 * depends on nothing but its answers. Where `fails` stops answering true, because its budget is used up,
 * the smallest list so far is the result.
 */
export async function ddmin<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (items.length > 0 && (await fails([]))) return [];
  let kept = items;
  let pieces = 2;
  while (kept.length >= 2) {
    const size = Math.ceil(kept.length / pieces);
    const smaller = await firstThatFails(kept, size, fails);
    if (smaller !== null) {
      kept = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (size === 1) break;
    else pieces = Math.min(kept.length, pieces * 2);
  }
  return kept;
}

/** The list without one piece of this size, where it still fails. */
async function firstThatFails<T>(
  items: readonly T[],
  size: number,
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | null> {
  for (let from = 0; from < items.length; from += size) {
    const without = [...items.slice(0, from), ...items.slice(from + size)];
    if (await fails(without)) return without;
  }
  return null;
}
