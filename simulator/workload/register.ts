/** A request, from when it was asked for until it was answered, in the order of such moments. */
export interface Span {
  readonly from: number;
  /** Infinite as long as nobody has answered: it may be carried out at any time. */
  until: number;
  /** Undecided requests may have been carried out; refused ones have not. */
  outcome: 'undecided' | 'acknowledged' | 'refused';
}

interface Write {
  readonly span: Span;
  readonly value: unknown;
}

/**
 * What several clients have made of one attribute, or of a resource's being there. Writes whose spans overlap may have been
 * carried out in either order.
 */
export class Register {
  #writes: Write[] = [];
  #wasWritten = false;

  write(span: Span, value: unknown): void {
    this.#writes.push({ span, value });
  }

  /** Has anybody asked for a write that was not refused? */
  get isWritten(): boolean {
    this.#wasWritten ||= this.#writes.some(({ span }) => span.outcome !== 'refused');
    return this.#wasWritten;
  }

  /**
   * What it may be for somebody who asked at `askedAt`, or now: the value of any write that no acknowledged one has surely
   * replaced. Null where no write was acknowledged by then, so that it may still be what nobody asked for.
   */
  standing(askedAt = Number.POSITIVE_INFINITY): readonly unknown[] | null {
    this.#forgetRefused();
    const certain = this.#writes.filter(
      ({ span }) => span.outcome === 'acknowledged' && span.until < askedAt,
    );
    if (certain.length === 0) return null;
    const newestFrom = Math.max(...certain.map(({ span }) => span.from));
    return this.#writes.filter(({ span }) => span.until >= newestFrom).map(({ value }) => value);
  }

  #forgetRefused(): void {
    this.#writes = this.#writes.filter(({ span }) => span.outcome !== 'refused');
  }
}
