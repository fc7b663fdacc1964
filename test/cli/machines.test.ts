import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { machinesAction } from '../../src/cli/actions/machines.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-machines-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test.each([
  ['svg', /^<svg [^]*data-state="removalFailing"[^]*<\/svg>\n$/],
  ['mermaid', /\nstateDiagram-v2\n[^]*state "removalFailing" as /],
  ['json', /^\{\n {2}"id": "device",[^]*"removalFailing": \{[^]*\}\n$/],
] as const)('a machine is written to a file as %s', async (format, expected) => {
  const out = join(directory, 'device');

  await machinesAction('device', { format, out });

  expect(await readFile(out, 'utf8')).toMatch(expected);
});

test.each([
  ['toaster', 'there', "there is no machine 'toaster'; there are load-balancer, liveness, agent"],
  ['constructor', 'there', "there is no machine 'constructor'"],
  [undefined, 'there', '--out wants one machine; name one of load-balancer, liveness, agent'],
  ['agent', join('no', 'where'), /^can't write .*where: ENOENT/],
])('machine %s into the file %s is refused in words', async (name, file, words) => {
  const asked = machinesAction(name, { format: 'svg', out: join(directory, file) });

  await expect(asked).rejects.toThrow(words);
});
