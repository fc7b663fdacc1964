/**
 * The server that takes what is sent to a stream: writes of a bucket, or words about tickets. While there is
 * none, they are refused or unanswered; those that were under way to the old one are lost, or inherited by the
 * next one, which had them in its log already. Their senders can't know.
 */
export class StreamLeader<Sent> {
  #terms = 1;
  #present = true;
  #inherited: Sent[] = [];

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

  inherit(sent: Sent): void {
    this.#inherited.push(sent);
  }

  /** Nobody has what was under way any more. */
  forget(): void {
    this.#inherited = [];
  }

  /** A new one takes its place; gives what it carries out first. */
  elect(): readonly Sent[] {
    if (this.#present) return [];
    this.#present = true;
    return this.#inherited.splice(0);
  }
}
