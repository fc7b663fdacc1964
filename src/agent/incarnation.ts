import type { Clock } from '../../machines/ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

const key = 'incarnation';

/**
 * The next incarnation of this agent, on disk before anybody hears of it. The first one is the wall
 * time, so that an agent that lost its disk still comes back above all that it ever was.
 */
export async function nextIncarnation(
  journal: Journal,
  clock: Clock,
  above: number = 0,
): Promise<number> {
  const stored = Number((await journal.load()).get(key) ?? 0);
  const known = Math.max(Number.isSafeInteger(stored) ? stored : 0, above);
  const next = known > 0 ? known + 1 : Math.max(1, Math.floor(clock.wallMs()));
  await journal.save(key, String(next));
  return next;
}
