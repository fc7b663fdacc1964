/** The headers that a listener can insert. */
export const insertableHeaders: readonly string[] = [
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
];

/** Octavia carries these booleans as text. */
export function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
