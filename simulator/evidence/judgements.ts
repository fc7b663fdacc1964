/** How often a checker has judged what it looks at, and how often it let it pass unseen. */
export interface Judgement {
  readonly checker: string;
  readonly judged: number;
  readonly excused: number;
}

/**
 * How often those checkers judge that excuse what something else may explain: one that finds an excuse for
 * everything would never find a bug, and look as if there was none.
 */
export class Judgements {
  readonly #counts = new Map<string, { judged: number; excused: number }>();

  /** From now on it is known of, also where it never judges. */
  begin(checker: string): void {
    this.#counts.set(checker, { judged: 0, excused: 0 });
  }

  count(checker: string, isExcused: boolean): void {
    const counts = this.#counts.get(checker);
    if (counts === undefined) {
      throw new Error(
        `'${checker}' judges and is not said to excuse anything: set 'excuses' there`,
      );
    }
    counts[isExcused ? 'excused' : 'judged'] += 1;
  }

  all(): readonly Judgement[] {
    return [...this.#counts].map(([checker, counts]) => ({ checker, ...counts }));
  }
}
