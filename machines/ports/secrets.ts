/**
 * Where secrets are read. Configurations hold references to them only, so that they can be shown, logged and
 * kept in a repository: `file:<absolute path>` or `env:<name>`.
 */
export interface Secrets {
  /**
   * The secret as it is now; who uses it reads it anew, so that it can be changed without a restart. Rejects
   * with an error that names the reference, and tells nothing of what is there.
   */
  read(reference: string): Promise<string>;
}

export type SecretReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string };

/** Longer ones are no secrets, but a wrong file. */
export const secretLengthMax = 16_384;

export const secretReferenceWords =
  'is to be file:<absolute path> or env:<NAME>, as in "file:/etc/holdfast/caddy.token"';

/** Reads a reference, not the secret; null where it is none. */
export function parseSecretReference(text: string): SecretReference | null {
  const path = /^file:(\/[^\0]+)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: 'file', path };
  const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];
  return name === undefined ? null : { kind: 'env', name };
}

/**
 * The secret in what stands at a reference: without the end of line that editors put there. Throws where
 * nothing is left, or too much.
 */
export function secretIn(reference: string, text: string): string {
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new Error(`${reference} is empty, and is to hold a secret`);
  if (secret.length > secretLengthMax) {
    throw new Error(`${reference} is longer than ${secretLengthMax} characters: is it a secret?`);
  }
  return secret;
}
