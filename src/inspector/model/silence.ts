/** A process of which nothing came for so long is silent; it tells of itself every second. */
export const silentAfterMs = 3_000;

export const isSilent = (node: { readonly heardAtMs: number }, nowMs: number): boolean =>
  nowMs - node.heardAtMs >= silentAfterMs;
