import type { Batch } from '../../../machines/protocol/inspection.ts';
import { accountOf } from '../model/account-of.ts';
import { InspectedWorld } from '../model/world.ts';

/** What of the past is kept for those who come later. */
export const historyBytesMax = 16 * 1024 * 1024;

/** The newest batches, and the world as it was before them: together, all that there is to know. */
export class History {
  #before = new InspectedWorld();
  #kept: { readonly batch: Batch; readonly text: string }[] = [];
  #bytes = 0;
  readonly #bytesMax: number;

  constructor(bytesMax: number = historyBytesMax) {
    this.#bytesMax = bytesMax;
  }

  add(batch: Batch, text: string): void {
    this.#kept.push({ batch, text });
    this.#bytes += text.length;
    let gone = 0;
    // In halves, so that forgetting costs nothing per batch.
    if (this.#bytes <= this.#bytesMax) return;
    while (this.#bytes > this.#bytesMax / 2 && gone < this.#kept.length - 1) {
      const oldest = this.#kept[gone];
      if (oldest === undefined) break;
      this.#before.apply(oldest.batch);
      this.#bytes -= oldest.text.length;
      gone += 1;
    }
    this.#kept = this.#kept.slice(gone);
  }

  /** JSON of batches, in order; whoever takes them all knows what is known here. */
  *texts(): Iterable<string> {
    for (const batch of accountOf(this.#before)) yield JSON.stringify(batch);
    for (const { text } of this.#kept) yield text;
  }

  clear(): void {
    this.#before = new InspectedWorld();
    this.#kept = [];
    this.#bytes = 0;
  }
}
