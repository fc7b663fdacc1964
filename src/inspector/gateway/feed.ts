import type { Batch, FromPage, RecordingHeader } from '../../../machines/protocol/inspection.ts';

/** Whoever follows a feed. Nothing of it may throw. */
export interface Viewer {
  /** What is known when it comes, and then what happens, each batch also as the text that it came as. */
  batch(batch: Batch | null, text: string): void;
  /** All that was known has been told. */
  caughtUp(): void;
  /** Whether processes can be heard. */
  status(connected: boolean): void;
}

export type HandedEvent = Omit<FromPage, 'type' | 'number'>;

/** Where batches come from: running processes, or a recording. */
export interface Feed {
  /** Null where it is live. */
  readonly recording: RecordingHeader | null;
  /** May events be sent by hand? */
  readonly sends: boolean;
  /** Follows the feed until what is returned is called. */
  attach(viewer: Viewer): () => void;
  /** Hands an event to an actor; why it was refused, or null. */
  send(event: HandedEvent, who: string): Promise<string | null>;
}
