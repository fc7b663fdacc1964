import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  parseSecretReference,
  secretIn,
  secretLengthMax,
  secretReferenceWords,
  type Secrets,
} from '../../machines/ports/secrets.ts';

const forOthers = 0o077;
/** As many bytes as the longest secret can have, its end of line, and one that shows that there are more. */
const bytesMax = 4 * secretLengthMax + 3;

/** Secrets in files that only their owner can read, and in this process's environment. */
export function systemSecrets(environment: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    async read(reference) {
      const parsed = parseSecretReference(reference);
      if (parsed === null) throw new Error(`a reference to a secret ${secretReferenceWords}`);
      if (parsed.kind === 'file') return secretIn(reference, await textIn(parsed.path, reference));
      const value = environment[parsed.name];
      if (value !== undefined) return secretIn(reference, value);
      throw new Error(`${reference} can't be read: there is no such variable in the environment`);
    },
  };
}

async function textIn(path: string, reference: string): Promise<string> {
  // A pipe without a writer would keep whoever opens it waiting.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : String(error.code);
    throw new Error(`${reference} can't be read: ${why}`);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`${reference} is no file`);
    if ((stat.mode & forOthers) !== 0) {
      const mode = (stat.mode & 0o777).toString(8);
      throw new Error(`${reference} holds a secret and has mode ${mode}; it must be 600`);
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
