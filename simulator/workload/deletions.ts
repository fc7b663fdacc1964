import type { Outcome } from '../world/events.ts';

/** What is said of a load balancer where its deletions ended differently: whatever may have been done counts first. */
const strongest: readonly Outcome[] = ['acknowledged', 'unknown', 'asked', 'refused'];

/** Who has asked to delete a load balancer, and what came of it: several clients may do so. */
export class Deletions {
  readonly #asked = new Set<{ outcome: Outcome }>();
  #isRepeated = false;
  #isWhole = false;

  /** Null: nobody has asked for it. */
  get outcome(): Outcome | null {
    const outcomes = new Set([...this.#asked].map(({ outcome }) => outcome));
    return strongest.find((each) => outcomes.has(each)) ?? null;
  }

  /** Did somebody ask for it when another one had done so before? */
  get isRepeated(): boolean {
    return this.#isRepeated;
  }

  /** Did anybody ask for it with all that is in it? */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Somebody asks; what is returned has to be called with what came of it. */
  ask(isPlain: boolean): (outcome: Outcome) => void {
    const own = { outcome: 'asked' as Outcome };
    this.#isRepeated ||= this.#asked.size > 0;
    this.#isWhole ||= !isPlain;
    this.#asked.add(own);
    return (outcome) => {
      own.outcome = outcome;
      // One that is refused, because there are children, is as if nobody had asked.
      if (isPlain && outcome === 'refused') this.#asked.delete(own);
    };
  }
}
