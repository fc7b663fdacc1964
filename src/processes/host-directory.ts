import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../../machines/ports/random.ts';
import { makeOnce } from '../adapters/make-once.ts';
import { ConfigError } from '../config/load.ts';
import { hostId } from '../../machines/protocol/seat.ts';

const fileName = 'host-id';

/**
 * The id of this host: a file in the host's directory, made by the first agent that looks. Two
 * directories are two hosts, and one that is copied to another machine must lose its id first.
 */
export async function hostIdOf(stateDir: string, random: Random): Promise<string> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, fileName);
  const made = `host-${random.uuid().slice(0, 8)}`;
  const isMissing = await readFile(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
  if (isMissing) await makeOnce(path, `${made}\n`, `${path}.${made}`);
  const text = (await readFile(path, 'utf8')).trim();
  const parsed = hostId.safeParse(text);
  if (!parsed.success) {
    throw new ConfigError(
      `${path} must hold the host's id (1 to 63 of a-z, 0-9 and -), not "${text}"`,
    );
  }
  return parsed.data;
}
