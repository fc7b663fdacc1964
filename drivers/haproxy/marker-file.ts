import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PermanentError } from '../contract/errors.ts';
import { writeDurably } from './durable-file.ts';

const Stored = z.strictObject({
  epoch: z.int().min(1),
  /** The generation of the content that runs; 0 while there never was any. */
  generation: z.int().min(0),
  removed: z.boolean(),
  /** The key of the content that is to run; null before the first, and after a removal. */
  content: z.string().nullable(),
  /**
   * The process that an exchange under way is to end, noted before its successor starts: who finds
   * it here after a crash ends it, so that no old configuration serves beside the new one.
   */
  replacing: z.strictObject({ pid: z.int(), startTime: z.string() }).nullable(),
});
/** A load balancer's marker on the host's disk, with what a successor needs to know beside it. */
export type StoredMarker = Readonly<z.infer<typeof Stored>>;

/**
 * Null where the load balancer was never heard of. A marker that can't be read is an error and
 * never "none": that would let every stale agent in.
 */
export async function readMarker(file: string): Promise<StoredMarker | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return Stored.parse(JSON.parse(text));
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new PermanentError(
      `${file} is damaged and has to be mended by hand, or nothing fences stale agents: ${words}`,
      { cause: error },
    );
  }
}

export async function writeMarker(file: string, marker: StoredMarker): Promise<void> {
  await writeDurably(file, `${JSON.stringify(marker)}\n`);
}
