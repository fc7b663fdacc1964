const oneCode = /^[1-5]\d\d$/;
/** A whole class, which Caddy names by its first digit. */
const wholeClass = /^([1-5])00-\1(?:99)$/;

/** The codes of a good check as Caddy knows them; null where it can't know them. */
export function expectedStatus(codes: string | null): number | null {
  const text = codes ?? '200';
  if (oneCode.test(text)) return Number(text);
  const digit = wholeClass.exec(text)?.[1];
  return digit === undefined ? null : Number(digit);
}
