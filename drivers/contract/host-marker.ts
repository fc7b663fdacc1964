import { z } from 'zod';
import { RetryableError } from './errors.ts';

const HostMarker = z.strictObject({
  epoch: z.int().min(1),
  /** The generation of the content that runs; 0 while there never was any. */
  generation: z.int().min(0),
  removed: z.boolean(),
  /** The agent that claimed the epoch: who comes back knows by it what is still its own. */
  holder: z.string().nullable().default(null),
  /** The key of the content that is to run; null before the first, and after a removal. */
  content: z.string().nullable(),
  /**
   * The process that an exchange under way is to end, noted before its successor starts: who finds
   * it here after a crash ends it, so that no old configuration serves beside the new one.
   */
  replacing: z.strictObject({ pid: z.int(), startTime: z.string() }).nullable(),
});
/** A load balancer's marker on its host's disk, with what a successor needs to know beside it. */
export type HostMarker = Readonly<z.infer<typeof HostMarker>>;

/** The marker can't be read, or is gone though what it tells of is there. */
export class DamagedMarker extends RetryableError {
  constructor(file: string, words: string) {
    super(
      `${file} ${words}, so nothing would fence stale agents: it is left alone until an agent of ` +
        `this host has learnt from the control plane which epochs were given`,
    );
  }
}

export interface MarkerFile {
  /** Where it is, for people. */
  readonly file: string;
  /** Null where there is none. */
  readonly text: string | null;
  /** Is there anything that was written, or started, after the first marker? */
  readonly isKnown: boolean;
}

/**
 * What a marker's file says; null where the load balancer was never heard of. A marker that can't be read
 * is an error and never "none": that would let every stale agent in. Neither is one that is gone while
 * its content is there, because the marker is always written first.
 */
export function parseMarker({ file, text, isKnown }: MarkerFile): HostMarker | null {
  if (text === null) {
    if (!isKnown) return null;
    throw new DamagedMarker(file, 'is gone');
  }
  try {
    return HostMarker.parse(JSON.parse(text));
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DamagedMarker(file, `is damaged (${words})`);
  }
}

/** The same as text, as its file holds it. */
export function markerText(marker: HostMarker): string {
  return `${JSON.stringify(marker)}\n`;
}
