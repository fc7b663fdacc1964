import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/adapters/system-random.ts';
import { hostIdOf } from '../../src/processes/host-directory.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'holdfast-host-'));
});

afterEach(() => rm(directory, { recursive: true }));

describe("a host's id", () => {
  test('is one for all agents that start in the same moment, and stays', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => hostIdOf(directory, systemRandom)),
    );

    expect(new Set(ids).size).toBe(1);
    expect(await hostIdOf(directory, systemRandom)).toBe(ids[0]);
    expect(await readdir(directory)).toEqual(['host-id']);
    expect(await readFile(path.join(directory, 'host-id'), 'utf8')).toBe(`${ids[0]}\n`);
  });

  test.each(['', 'Host 1', '\u0000'])(
    'is not made anew where the file holds %j, but told',
    async (text) => {
      await writeFile(path.join(directory, 'host-id'), text);

      const started = hostIdOf(directory, systemRandom);

      await expect(started).rejects.toThrow(/host-id must hold the host's id/);
    },
  );
});
