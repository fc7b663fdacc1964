import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileJournal } from '../../src/adapters/file-journal.ts';
import { MemoryJournal } from '../../src/adapters/memory-journal.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { recordingLog } from './recording-log.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-journal-'));
  path = join(directory, 'sub', 'journal');
});

afterEach(() => rm(directory, { recursive: true }));

/** Opens what survives: the file, or the object that stands for it. */
const kinds: Record<string, () => () => Journal> = {
  'on disk': () => () => new FileJournal({ path, log: recordingLog() }),
  'in memory': () => {
    const journal = new MemoryJournal(systemClock);
    return () => journal;
  },
};

for (const [kind, make] of Object.entries(kinds)) {
  describe(`a journal ${kind}`, () => {
    test('is empty at first', async () => {
      expect(await make()().load()).toEqual(new Map());
    });

    test('remembers the newest value of each key, and forgets what was forgotten', async () => {
      const reopen = make();
      const journal = reopen();
      await journal.save('a', '1');
      await Promise.all([
        journal.save('a', '2\n"ü"'),
        journal.save('b', '1'),
        journal.save('c', ''),
      ]);
      await journal.save('b', null);
      const expected = new Map([
        ['a', '2\n"ü"'],
        ['c', ''],
      ]);
      expect(await journal.load()).toEqual(expected);
      expect(await reopen().load()).toEqual(expected);
    });
  });
}

describe('the journal on disk', () => {
  test('drops and logs a torn tail, and what is saved after it survives', async () => {
    const first = new FileJournal({ path, log: recordingLog() });
    await first.save('a', 'kept');
    await first.save('b', 'torn');
    await first.close();
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.slice(0, -10));
    const log = recordingLog();
    const second = new FileJournal({ path, log });
    expect(await second.load()).toEqual(new Map([['a', 'kept']]));
    expect(log.lines).toMatchObject([{ level: 'error', fields: { line: 2 } }]);
    await second.save('c', 'new');
    await second.close();
    const third = new FileJournal({ path, log: recordingLog() });
    expect([...(await third.load()).keys()]).toEqual(['a', 'c']);
  });

  test('drops a line whose content was changed', async () => {
    const first = new FileJournal({ path, log: recordingLog() });
    await first.save('a', 'epoch 1');
    await first.save('b', 'epoch 2');
    await first.close();
    await writeFile(path, (await readFile(path, 'utf8')).replace('epoch 1', 'epoch 9'));
    await appendFile(path, 'not even JSON\n');
    const log = recordingLog();
    const loaded = await new FileJournal({ path, log }).load();
    expect(loaded).toEqual(new Map([['b', 'epoch 2']]));
    expect(log.lines).toHaveLength(2);
  });

  test('does not grow for ever', async () => {
    const journal = new FileJournal({ path, log: recordingLog(), compactBytes: 2_000 });
    for (let index = 0; index < 200; index += 1) await journal.save('a', `value ${index}`);
    await journal.close();
    expect((await stat(path)).size).toBeLessThan(4_000);
    const reopened = new FileJournal({ path, log: recordingLog() });
    expect(await reopened.load()).toEqual(new Map([['a', 'value 199']]));
  });

  test('rejects saves that can not reach the disk, and works again when they can', async () => {
    await writeFile(join(directory, 'sub'), 'a file where a directory should be');
    const journal = new FileJournal({ path, log: recordingLog() });
    await expect(journal.save('a', '1')).rejects.toThrow();
    await rm(join(directory, 'sub'));
    await journal.save('a', '2');
    expect(await journal.load()).toEqual(new Map([['a', '2']]));
  });

  test('can be read by its owner only', async () => {
    const journal = new FileJournal({ path, log: recordingLog() });
    await journal.save('a', '1');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
