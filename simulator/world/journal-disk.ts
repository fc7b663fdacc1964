import { type Clock, delay } from '../../machines/ports/clock.ts';
import { journalLine, parseJournal, parseWholeJournal } from '../../src/adapters/journal-lines.ts';
import type { Journal } from '../../src/ports/journal.ts';
import type { RandomStream } from './random-streams.ts';

/**
 * What can befall the file of a journal while nobody has it open: it is gone, its end is missing, some of
 * its lines are garbage, or somebody put back what it was at its agent's last start.
 */
export type JournalDamage = 'missing' | 'torn' | 'garbage' | 'older';
export const journalDamages: readonly JournalDamage[] = ['missing', 'torn', 'garbage', 'older'];

/** The text that stands where a line was. */
const garbage = '\u0000{"key":"\n';
/** How many of the lines of a file with garbage are that. */
const garbageShare = 0.5;

export interface JournalDiskOptions {
  /** The world's: what was on its way to the disk when the agent died arrives. */
  readonly clock: Clock;
  /** How long a save takes to reach the disk. */
  readonly delayMs: () => number;
}

/** The file of an agent's journal: lines as the real one writes and reads them. */
export class JournalDisk {
  readonly #options: JournalDiskOptions;
  #text = '';
  /** The file as it was when it was opened last. */
  #former = '';

  constructor(options: JournalDiskOptions) {
    this.#options = options;
  }

  /** For one life of its agent. What is dropped is told; of what is to be whole, all is dropped then. */
  open(dropped: (line: number) => void, { whole = false } = {}): Journal {
    this.#former = this.#text;
    let entries: Map<string, string> | null = null;
    const loaded = (): Map<string, string> => {
      if (entries !== null) return entries;
      entries = whole ? parseWholeJournal(this.#text, dropped) : parseJournal(this.#text, dropped);
      this.#text = [...entries].map(([key, value]) => journalLine(key, value)).join('');
      return entries;
    };
    return {
      load: () => Promise.resolve(new Map(loaded())),
      save: async (key, value) => {
        const known = loaded();
        await delay(this.#options.clock, this.#options.delayMs());
        this.#text += journalLine(key, value);
        if (value === null) known.delete(key);
        else known.set(key, value);
      },
    };
  }

  damage(how: JournalDamage, stream: RandomStream): void {
    const lines = this.#text.split(/(?<=\n)/);
    if (how === 'missing') this.#text = '';
    else if (how === 'older') this.#text = this.#former;
    else if (how === 'torn') this.#text = this.#text.slice(0, stream.integer(0, this.#text.length));
    else {
      const spoilt = lines.map((line) => (stream.chance(garbageShare) ? garbage : line));
      this.#text = spoilt.join('');
    }
  }
}
