/** The smallest value that at least `percent` of all values do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error('there is no percentile of no values');
  return value;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  /** The greatest, unless there are a hundred or more. */
  readonly p99: number;
  readonly max: number;
}

/** What several runs came to. */
export function spread(values: readonly number[]): Spread {
  return {
    min: percentile(values, 0),
    median: percentile(values, 50),
    p99: percentile(values, 99),
    max: percentile(values, 100),
  };
}

/** A tenth of a millisecond is more than these clocks and cores can tell. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
