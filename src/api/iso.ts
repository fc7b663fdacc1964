/** A wall time as Holdfast's own routes show it. */
export const iso = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
