/**
 * Who takes the words for a stream of tickets. While nobody does, they are refused or unanswered; those that
 * were under way to the old leader are lost, or obeyed by the next one, which had them in its log already.
 */
export class StreamTerms {
  #terms = 1;
  #present = true;
  #inherited: (() => unknown)[] = [];

  get present(): boolean {
    return this.#present;
  }

  /** Changes with every loss: what began under another term gets no answer. */
  get term(): number {
    return this.#terms;
  }

  lose(): void {
    if (!this.#present) return;
    this.#present = false;
    this.#terms += 1;
  }

  inherit(act: () => unknown): void {
    this.#inherited.push(act);
  }

  elect(): void {
    if (this.#present) return;
    this.#present = true;
    for (const act of this.#inherited.splice(0)) act();
  }
}
