import type { Clock } from '../../machines/ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

const key = 'incarnation';

/**
 * The next incarnation of this agent, on disk before anybody hears of it. At a start it is the wall time,
 * or the next after the last one where the clock is behind that: so an agent that has lost its disk, or
 * only the last lines of its journal, comes back above all that it ever was. One that lives knows
 * that by itself: `above`.
 */
export async function nextIncarnation(
  journal: Journal,
  clock: Clock,
  above: number = 0,
): Promise<number> {
  const stored = Number((await journal.load()).get(key) ?? 0);
  const known = Math.max(Number.isSafeInteger(stored) ? stored : 0, above);
  const next = Math.max(known + 1, above > 0 ? 0 : Math.floor(clock.wallMs()));
  await journal.save(key, String(next));
  return next;
}
