/** The longest that a device is left alone because it asked for that; then it is asked again, however it answers. */
export const retryAfterMaxMs = 300_000;

/** How long to wait that would by itself wait for `ownMs`, where the device asked for `askedMs` (null: it did not). */
export function restMs(ownMs: number, askedMs: number | null): number {
  return Math.max(ownMs, Math.min(askedMs ?? 0, retryAfterMaxMs));
}

/**
 * How long the header asks for: seconds, or the date of HTTP, which is read by this host's clock. Null where it is
 * missing, or says neither.
 */
export function readRetryAfter(header: string | null, wallMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Every date of HTTP begins with the name of a day; `Date.parse` would take much else for a date.
  const atMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - wallMs);
}
