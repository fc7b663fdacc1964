import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadOrCreateUserKey, loadUserKey, newUserKey } from '../../src/nats-server/keys.ts';

const keysModule = import.meta.resolve('../../src/nats-server/keys.ts');

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

test('of many who make a key in the same moment, all have the same, and nothing else is left', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateUserKey(path)));

  expect(new Set(made.map(({ seed }) => seed)).size).toBe(1);
  expect(await readdir(dirname(path))).toEqual([basename(path)]);
});

test('a key that could not be written whole, as on a full disk, is made by who comes next', async () => {
  await mkdir(dirname(path));
  // The limit on what a process may write, which fails as a full disk does.
  const program = `import { loadOrCreateUserKey } from ${JSON.stringify(keysModule)};
    process.on('SIGXFSZ', () => undefined);
    await loadOrCreateUserKey(process.argv[1]);`;
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), '--input-type=module'];
  const limited = promisify(execFile)('prlimit', ['--fsize=8', ...node, '-e', program, path], {
    // What tsx would remember could not be written whole either, and others would read it.
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  await expect(limited).rejects.toThrow(/EFBIG/);

  expect((await loadOrCreateUserKey(path)).seed).toMatch(/^SU/);
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
