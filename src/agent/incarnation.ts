import type { Clock } from '../../machines/ports/clock.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { Journal } from '../ports/journal.ts';

const key = 'incarnation';
/** How far above the last one the next may be where it is drawn. */
export const drawnAboveMax = 1_000_000;

/** Where an agent's incarnations come from. */
export interface IncarnationSources {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The next incarnation of this agent, on disk before anybody hears of it. At a start it is the wall time:
 * so an agent that has lost its disk, or only the last lines of its journal, comes back above all that it ever
 * was. Where the clock is behind that, it is drawn from those above the last one that is known: the very next
 * may be one that was lost with the journal, and nobody would know this life from that one. An agent that lives
 * knows what it was by itself (`own`), and takes the very next, unless its judge has `told` it of one that it did
 * not know: then it has forgotten that, and perhaps others after it.
 */
export async function nextIncarnation(
  { journal, clock, random }: IncarnationSources,
  own: number = 0,
  told: number = 0,
): Promise<number> {
  const stored = Number((await journal.load()).get(key) ?? 0);
  const remembered = Math.max(Number.isSafeInteger(stored) ? stored : 0, own);
  const known = Math.max(remembered, told);
  const now = Math.floor(clock.wallMs());
  const hasForgotten = own === 0 || told > remembered;
  let next = known + 1;
  if (own === 0 && now > known) next = now;
  else if (hasForgotten) next += Math.floor(random.next() * drawnAboveMax);
  await journal.save(key, String(next));
  return next;
}
