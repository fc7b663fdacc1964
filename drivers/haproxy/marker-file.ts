import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RetryableError } from '../contract/errors.ts';
import { writeDurably } from './durable-file.ts';
import type { Site } from './site.ts';

const Stored = z.strictObject({
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
/** A load balancer's marker on the host's disk, with what a successor needs to know beside it. */
export type StoredMarker = Readonly<z.infer<typeof Stored>>;

/** The marker can't be read, or is gone though its content is there. */
export class DamagedMarker extends RetryableError {
  constructor(file: string, words: string) {
    super(
      `${file} ${words}, so nothing would fence stale agents: it is left alone until an agent of ` +
        `this host has learnt from the control plane which epochs were given`,
    );
  }
}

/**
 * Null where the load balancer was never heard of. A marker that can't be read is an error and
 * never "none": that would let every stale agent in. Neither is one that is gone while its content is
 * there, because the marker is always written first.
 */
export async function readMarker(site: Site): Promise<StoredMarker | null> {
  const file = site.markerPath;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new DamagedMarker(file, 'is a directory');
    if (code !== 'ENOENT') throw error;
    if ((await listContents(site)).length === 0 && site.running() === null) return null;
    throw new DamagedMarker(file, 'is gone');
  }
  try {
    return Stored.parse(JSON.parse(text));
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DamagedMarker(file, `is damaged (${words})`);
  }
}

/** The same, where damage is no reason to give up. */
export async function markerOrDamage(site: Site): Promise<StoredMarker | null | DamagedMarker> {
  try {
    return await readMarker(site);
  } catch (error) {
    if (error instanceof DamagedMarker) return error;
    throw error;
  }
}

/** The names of the contents that lie in a load balancer's directory. */
export async function listContents(site: Site): Promise<readonly string[]> {
  try {
    return await readdir(site.contentsPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export async function writeMarker(file: string, marker: StoredMarker): Promise<void> {
  await writeDurably(file, `${JSON.stringify(marker)}\n`);
}
