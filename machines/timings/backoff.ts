/** Exponential backoff without jitter: `from`, doubled with each further attempt, `most` at most. */
export function backoffMs(attempt: number, from: number, most: number): number {
  return Math.min(most, from * 2 ** Math.min(attempt, 30));
}
