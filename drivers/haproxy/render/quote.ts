/**
 * A word that a user wrote, as HAProxy reads it back unchanged: within single quotes nothing is
 * special, so `#` does not end the line and `$` expands nothing. Throws on what no quoting can hold:
 * a control character would end the line, and a leading dash would be taken for a flag.
 */
export function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new Error(`a control character can't be rendered: ${JSON.stringify(text)}`);
  }
  if (text.startsWith('-')) {
    throw new Error(`a leading dash can't be rendered: ${JSON.stringify(text)}`);
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
