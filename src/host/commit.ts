import type { Log } from '../../machines/ports/log.ts';
import {
  AnswerFromThePast,
  type Store,
  type StoreEntry,
  StoreUnavailable,
  UnknownOutcome,
  type WriteResult,
} from '../ports/store.ts';
import type { Retries } from './retries.ts';

/**
 * So many answers from before what is known are put down to a reader that is behind. One that is
 * still given then comes from a store that has lost what was known, and is all there is. A store whose
 * newest revision of all is older says so at once.
 */
const staleAnswersMax = 10;

export interface CommitOptions {
  readonly log: Log;
  /** Shared by those who write to one bucket. Ends the attempts; promises then reject with its signal's reason. */
  readonly retries: Retries;
}

/**
 * Writes until the outcome is known. While the store refuses, nothing was written, and the same
 * bytes are offered again; after an unknown outcome they are repeated under the same write id, never
 * newer ones, because the first attempt may still be committed (rule R5). A refusal after an unknown
 * outcome is settled by reading back whose write stands there. What is read may be older than that,
 * and then an own write seems lost: its caller reads again what it was told to be newer than, and
 * recognises what it did.
 */
export async function writeUntilKnown(
  store: Store,
  key: string,
  write: () => Promise<WriteResult>,
  isOurs: (value: string) => boolean,
  { log, retries }: CommitOptions,
): Promise<WriteResult> {
  let unknown = false;
  for (let attempt = 0; ; attempt += 1) {
    if (retries.signal.aborted) throw retries.signal.reason;
    try {
      const result = await write();
      retries.answered();
      if (result.committed || !unknown) return result;
      const entry = await store.get(key);
      return entry !== null && isOurs(entry.value)
        ? { committed: true, revision: entry.revision }
        : result;
    } catch (error) {
      if (error instanceof UnknownOutcome) unknown = true;
      else if (!(error instanceof StoreUnavailable)) throw error;
      log.debug({ key, attempt, error: String(error) }, 'a write is repeated');
      await retries.rest(attempt);
    }
  }
}

/** What stands in a store, and is to be replaced by the write of this id. */
export interface Replaced {
  readonly key: string;
  readonly revision: number;
  readonly write: string;
  /** Has the store lost that revision? Then another one may have its number, and no further attempt is made. */
  readonly isLost?: () => boolean;
}

/** Removes a record of this revision, until the outcome is known. */
export function removeUntilKnown(
  store: Store,
  replaced: Replaced,
  options: CommitOptions,
): Promise<WriteResult> {
  const { key, revision, write } = replaced;
  const remove = unlessLost(replaced, () => store.remove(key, revision, write));
  // Nothing that stands there can be what was removed.
  return writeUntilKnown(store, key, remove, () => false, options);
}

function unlessLost(
  { isLost }: Replaced,
  write: () => Promise<WriteResult>,
): () => Promise<WriteResult> {
  return () => (isLost?.() === true ? Promise.resolve({ committed: false }) : write());
}

export interface KnownRecord {
  readonly entry: StoreEntry | null;
  /** Without an entry: was it removed? Otherwise it may only not have been found. */
  readonly removed: boolean;
}

/**
 * Reads a record until there is an answer. `after`: it was written after this revision, as a refused
 * write or a watch has told.
 */
export async function readUntilKnown(
  store: Store,
  key: string,
  after: number | undefined,
  { log, retries }: CommitOptions,
): Promise<KnownRecord> {
  let stale = 0;
  for (let attempt = 0; ; attempt += 1) {
    if (retries.signal.aborted) throw retries.signal.reason;
    const isBelieved = after === undefined || stale >= staleAnswersMax;
    try {
      const entry = await store.get(key, isBelieved ? undefined : after);
      return { entry, removed: entry === null && !isBelieved };
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (error instanceof AnswerFromThePast) {
        stale = (await hasLost(store, after)) ? staleAnswersMax : stale + 1;
      }
      log.debug({ key, attempt, error: String(error) }, 'a read is repeated');
      await retries.rest(attempt);
    }
  }
}

/** Is the newest revision of all older than one that was acknowledged? */
async function hasLost(store: Store, acknowledged: number = 0): Promise<boolean> {
  try {
    return (await store.newest()) <= acknowledged;
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
}

/**
 * Writes a record until the outcome is known; a revision of 0 means that there has never been one. A key
 * whose record was removed stays without: whoever has not heard of the removal can't take it back.
 */
export function putUntilKnown(
  store: Store,
  record: Replaced & { readonly text: string },
  options: CommitOptions,
): Promise<WriteResult> {
  const { key, text, revision, write } = record;
  const put = unlessLost(record, () => store.update(key, text, revision, write));
  return writeUntilKnown(store, key, put, (value) => value === text, options);
}
