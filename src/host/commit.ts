import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { type Store, StoreUnavailable, UnknownOutcome, type WriteResult } from '../ports/store.ts';

export interface CommitOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** Ends the attempts; the returned promise then rejects with the signal's reason. */
  readonly signal: Cancellation;
}

/**
 * Writes until the outcome is known. While the store refuses, nothing was written, and the same
 * bytes are offered again; after an unknown outcome they are repeated under the same write id, never
 * newer ones, because the first attempt may still be committed (rule R5). A refusal after an unknown
 * outcome is settled by reading back whose write stands there.
 */
export async function writeUntilKnown(
  store: Store,
  key: string,
  write: () => Promise<WriteResult>,
  isOurs: (value: string) => boolean,
  options: CommitOptions,
): Promise<WriteResult> {
  let unknown = false;
  for (let attempt = 0; ; attempt += 1) {
    if (options.signal.aborted) throw options.signal.reason;
    try {
      const result = await write();
      if (result.committed || !unknown) return result;
      const entry = await store.get(key);
      return entry !== null && isOurs(entry.value)
        ? { committed: true, revision: entry.revision }
        : result;
    } catch (error) {
      if (error instanceof UnknownOutcome) unknown = true;
      else if (!(error instanceof StoreUnavailable)) throw error;
      const waitMs = backoffMs(attempt, options.retryMs, options.retryMaxMs);
      options.log.debug({ key, attempt, waitMs, error: String(error) }, 'a write is repeated');
      await delay(options.clock, waitMs, options.signal);
    }
  }
}

/**
 * Writes a record until the outcome is known; a revision of 0 means that there has never been one. What
 * was removed is not written again (rule R8).
 */
export function putUntilKnown(
  store: Store,
  record: {
    readonly key: string;
    readonly text: string;
    readonly revision: number;
    readonly write: string;
  },
  options: CommitOptions,
): Promise<WriteResult> {
  const { key, text, revision, write } = record;
  return writeUntilKnown(
    store,
    key,
    () => store.update(key, text, revision, write),
    (value) => value === text,
    options,
  );
}
