import type { ActorFrame, Batch, Frame } from '../../../machines/protocol/inspection.ts';
import type { ActorSource } from './actor-source.ts';

/** A full account of all actors, over as many batches as it takes. */
export class Account {
  #left: { source: ActorSource; id: string }[] = [];
  #isOpen = false;
  #begins = false;
  /** Somebody else has asked since it began, and has missed its beginning. */
  #again: readonly ActorSource[] | null = null;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  begin(sources: readonly ActorSource[]): void {
    if (this.#isOpen && !this.#begins) {
      this.#again = sources;
      return;
    }
    this.#isOpen = true;
    this.#begins = true;
    this.#again = null;
    this.#left = sources.flatMap((source) => [...source.ids()].map((id) => ({ source, id })));
  }

  end(): void {
    this.#left = [];
    this.#isOpen = false;
    this.#begins = false;
    this.#again = null;
  }

  /** Tells of as many as there is room for; what the batch has to say of the account. */
  fill(
    packing: { readonly isFull: boolean; add(frame: Frame): unknown },
    frameOf: (source: ActorSource, id: string) => ActorFrame | null,
  ): Batch['account'] {
    if (!this.#isOpen) return null;
    let told = 0;
    for (const { source, id } of this.#left) {
      if (packing.isFull) break;
      told += 1;
      const frame = frameOf(source, id);
      if (frame !== null) packing.add(frame);
    }
    this.#left.splice(0, told);
    const begins = this.#begins;
    this.#begins = false;
    if (this.#left.length > 0) return begins ? 'begins' : null;
    const again = this.#again;
    this.end();
    if (again !== null) this.begin(again);
    return begins ? 'whole' : 'ends';
  }
}
