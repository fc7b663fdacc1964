import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withLock } from '../../src/setup/lock.mjs';
import { SetupError } from '../../src/setup/say.mjs';

let directory = '';
let lock = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  lock = join(directory, 'lock');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

test('two that want the same wait for each other', async () => {
  const steps: string[] = [];
  const work = (name: string) =>
    withLock(lock, async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
    });

  await Promise.all([work('a'), work('b')]);

  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  expect(existsSync(lock)).toBe(false);
});

test('a lock whose holder is gone is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  symlinkSync(String(pid), lock);

  expect(await withLock(lock, async () => 'done')).toBe('done');
});

test('of two that take over the lock of the same dead process, one waits for the other', async () => {
  const steps: string[] = [];
  // What the other one does that saw the dead process, too, and came to remove its lock a moment later.
  const takenFrom = withLock(lock, async () => steps.push('ours'));
  rmSync(lock);
  symlinkSync(String(process.ppid), lock);
  await new Promise<void>((resolve) => {
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      if (String(text).includes(`waiting for process ${process.ppid}`)) resolve();
      return true;
    });
  });
  steps.push('theirs');
  rmSync(lock);

  await takenFrom;

  expect(steps).toEqual(['theirs', 'ours']);
});

test('a lock of an earlier process that had the same id, in a container that was started again, is taken over', async () => {
  symlinkSync(String(process.pid), lock);

  expect(await withLock(lock, async () => 'done')).toBe('done');
});

test('where no lock can be made, that is for the user to mend', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');

  const made = withLock(join(file, 'lock'), async () => 'done');

  await expect(made).rejects.toThrow(SetupError);
  await expect(made).rejects.toThrow(/file\/lock can't be taken \(ENOTDIR/);
});

test('work that fails lets go of the lock', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');

  expect(existsSync(lock)).toBe(false);
});
