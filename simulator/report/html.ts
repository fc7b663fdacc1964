/** Text as it may stand in HTML, also in an attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;

/** Something on a row's lane, from one time to another, with a text on hover. */
export interface Mark {
  readonly kind: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly tip: string;
  readonly label?: string;
  readonly style?: string;
}

export function markHtml(mark: Mark, endMs: number): string {
  const { kind, fromMs, toMs, tip, label = '', style = '' } = mark;
  const share = (ms: number) => `${((100 * ms) / endMs).toFixed(3)}%`;
  const width = toMs > fromMs ? `width:${share(toMs - fromMs)};` : '';
  return `<i class="${kind}" style="left:${share(fromMs)};${width}${style}" data-tip="${escapeHtml(tip)}">${escapeHtml(label)}</i>`;
}
