import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadOrCreateUserKey, loadUserKey, newUserKey } from '../../src/nats-server/keys.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
  path = join(directory, 'keys', 'agent.nk');
});

afterEach(() => rm(directory, { recursive: true }));

test('a key is made once and only its owner may read it', async () => {
  const made = await loadOrCreateUserKey(path);
  expect(made.publicKey).toMatch(/^U[A-Z2-7]{55}$/);
  expect(made.seed).toMatch(/^SU/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await loadOrCreateUserKey(path)).toEqual(made);
  expect(await loadUserKey(path)).toEqual(made);
});

test('a key that others may read is refused', async () => {
  await loadOrCreateUserKey(path);
  await chmod(path, 0o644);
  await expect(loadUserKey(path)).rejects.toThrow('has mode 644; it must be 600');
});

test('a file with something else is refused without telling its content', async () => {
  const almost = newUserKey().seed.slice(0, -1);
  await writeFile(join(directory, 'x'), almost, { mode: 0o600 });
  const error = await loadUserKey(join(directory, 'x')).catch((reason: Error) => reason);
  expect(error).toMatchObject({ message: expect.stringContaining('holds no nkey seed') });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(
    almost.slice(2, 12),
  );
});
