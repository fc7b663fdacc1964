import { StoreUnavailable, UnknownOutcome } from '../ports/store.ts';

/** How often a write of unknown outcome is repeated, byte for byte. */
export const repeatsMax = 3;

/** Repeats a write whose outcome is unknown; by the store's contract that can't write twice. */
export async function repeated<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof UnknownOutcome) || attempt >= repeatsMax) throw error;
    }
  }
}

/** Whether the store may answer later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof UnknownOutcome;
