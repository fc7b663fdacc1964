/**
 * Sizes of texts without a browser: names of events and guards stand in a monospaced font, whose width is
 * known; titles in any font get the room that a wide one needs.
 */
export const sizes = {
  /** Of a line of events or guards. */
  lineHeight: 15,
  lineFont: 11,
  charWidth: 6.75,
  titleFont: 14,
  titleHeight: 24,
  titleCharWidth: 9.8,
  /** Between a box's border and what is in it. */
  padding: 10,
  /** Between a title and the tags beside it. */
  gap: 8,
  tagFont: 10,
  tagHeight: 15,
  tagCharWidth: 6.2,
  tagPadding: 6,
  /** The dot at which a group begins. */
  initial: 12,
} as const;

/** A longer list of guards goes on in the next line. */
export const lineCharsMax = 30;

export function lineWidth(text: string): number {
  return text.length * sizes.charWidth;
}

export function titleWidth(text: string): number {
  return text.length * sizes.titleCharWidth;
}

export function tagWidth(text: string): number {
  return text.length * sizes.tagCharWidth + 2 * sizes.tagPadding;
}

/** Words in lines of at most so many characters; a word that is longer has a line of its own. */
export function wrap(words: readonly string[], separator: string, charsMax: number): string[] {
  const lines: string[] = [];
  for (const [index, word] of words.entries()) {
    const piece = index < words.length - 1 ? `${word}${separator.trimEnd()}` : word;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= charsMax) {
      lines[lines.length - 1] = `${last} ${piece}`;
    } else lines.push(piece);
  }
  return lines;
}
