import { createUser, fromSeed } from '@nats-io/nkeys';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeOnce } from '../adapters/make-once.ts';

/** A user's nkey. The seed is a secret: it goes into no log, no error and no configuration. */
export interface UserKey {
  /** `U…`; what the server's configuration names. */
  readonly publicKey: string;
  /** `SU…`; what a client signs with. */
  readonly seed: string;
}

const forOthers = 0o077;

export function newUserKey(): UserKey {
  const pair = createUser();
  const key = { publicKey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
  pair.clear();
  return key;
}

/** Reads the key in `path`; refuses a file that others may read, and one that holds no user's key. */
export async function loadUserKey(path: string): Promise<UserKey> {
  const { mode } = await stat(path);
  if ((mode & forOthers) !== 0) {
    throw new Error(
      `${path} holds a secret key and has mode ${(mode & 0o777).toString(8)}; it must be 600`,
    );
  }
  return keyOf(path, (await readFile(path, 'utf8')).trim());
}

/** Reads the key in `path`, making a new one first where there is none. */
export async function loadOrCreateUserKey(path: string): Promise<UserKey> {
  try {
    return await loadUserKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const key = newUserKey();
  await makeOnce(path, `${key.seed}\n`, `${path}.${key.publicKey}`);
  return loadUserKey(path); // Another process may have been faster; its key counts.
}

function keyOf(path: string, seed: string): UserKey {
  let publicKey: string;
  try {
    publicKey = fromSeed(new TextEncoder().encode(seed)).getPublicKey();
  } catch {
    // The library's error is left out, because it might quote the secret.
    throw new Error(`${path} holds no nkey seed; a user's begins with SU`);
  }
  if (!publicKey.startsWith('U')) {
    throw new Error(`${path} holds an nkey of another kind; a user's seed begins with SU`);
  }
  return { publicKey, seed };
}
