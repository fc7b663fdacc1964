import { spawn } from 'node:child_process';
import { finished } from 'node:stream/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecording } from '../../src/inspector/recording/recorded-feed.ts';
import { programWords } from '../../src/processes/program.ts';
import { World } from '../real/support/world.ts';

let world: World;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-record-'));
  world = await World.start({ agents: 1, restart: true });
});

afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

/** Runs `holdfast record` for a while, with room for a file of so many blocks of 512 bytes. */
async function record(file: string, blocks = 'unlimited') {
  const words = [...programWords('src/cli/main.ts'), 'record', file, '--seconds', '20'];
  // Without the signal, the write fails as it does on a full disk.
  const limited = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
  const args = [process.execPath, ...words, '--directory', world.directory];
  const child = spawn('sh', ['-c', limited, 'sh', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  await finished(child.stderr);
  return { status: child.exitCode, stderr };
}

test('a full disk ends the recording with a sentence, and what is there can be read', async () => {
  const file = join(directory, 'full.ndjson');

  const { stderr } = await record(file, '4');

  expect(stderr).toMatch(/^holdfast: .*full.ndjson can't be written any more: .*EFBIG/);
  expect(stderr).not.toContain('    at ');
  expect((await readRecording(file)).recording.source).toBe('production');
});

test('a path that can not be written is told in a sentence', async () => {
  const file = join(directory, 'nowhere', 'new.ndjson');

  const { stderr } = await record(file);

  expect(stderr).toMatch(/^holdfast: .*new.ndjson can't be made: ENOENT/);
  expect(stderr).not.toContain('    at ');
});
