import { readFile, stat } from 'node:fs/promises';

const forOthers = 0o077;
/** As many characters as make a key that nobody guesses. */
export const sharedKeyMin = 32;

/**
 * The keys in a file, one a line, of which the first one signs. Throws an error that names the file and tells
 * nothing of what is in it.
 */
export async function sharedKeysIn(path: string): Promise<readonly [string, ...string[]]> {
  const { mode } = await stat(path);
  if ((mode & forOthers) !== 0) {
    throw new Error(
      `${path} holds secret keys and has mode ${(mode & 0o777).toString(8)}; it must be 600`,
    );
  }
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  const [first, ...others] = lines.filter((line) => line !== '');
  if (first === undefined || [first, ...others].some(({ length }) => length < sharedKeyMin)) {
    throw new Error(`${path} must hold keys of at least ${sharedKeyMin} characters, one a line`);
  }
  return [first, ...others];
}
