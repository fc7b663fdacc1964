import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../simulator/cli/command.ts';
import { losesRecords } from './planted/stores.ts';
import { runInProcess } from './support/run-command.ts';

/** Runs the command in this process and collects what it writes. */
async function run(arguments_: readonly string[], parts = {}) {
  let written = '';
  const status = await runCommand(arguments_, (text) => (written += text), parts);
  return { status, written, lines: written.trimEnd().split('\n') };
}

test('ends with one line of JSON that says what happened', async () => {
  const { status, lines } = await run(['--seed', '3', '--json']);
  expect(status).toBe(0);
  const result = JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
  expect(Object.keys(result)).toEqual([
    'seed',
    'ok',
    'scenario',
    'virtualMs',
    'steps',
    'rebinds',
    'hash',
    'violations',
  ]);
  expect(result).toMatchObject({ seed: 3, ok: true, scenario: 'agent-crash', violations: [] });
  expect(result['hash']).toMatch(/^[0-9a-f]{64}$/);
});

test('tells the run in lines, and its verdict', async () => {
  const { status, written } = await run(['--seed', '1']);
  expect(status).toBe(0);
  expect(written).toMatch(/seed 1, 3 agents, 6 load balancers/);
  expect(written).toMatch(/agent-crash begins/);
  expect(written).toMatch(/device applied +[0-9a-f]{8} e1 +g1/);
  expect(written).toMatch(/seed 1 passed: [\d.]+ s of virtual time, \d+ steps, \d+ rebinds/);
});

test('a violation is told with what led to it and the line that reproduces it', async () => {
  const { status, written } = await run(['--seed', '2', '--agents', '4'], { stores: losesRecords });
  expect(status).toBe(1);
  expect(written).toMatch(/seed 2 FAILED/);
  expect(written).toMatch(
    /no-load-balancer-lost was violated at [\d.]+ s: load balancer [0-9a-f-]{36}: /,
  );
  expect(written).toMatch(/client +create acknowledged/);
  expect(written).toContain('reproduce: npm run simulate -- --seed 2 --agents 4\n');
});

test('a violation is part of the JSON, and the exit status of many seeds', async () => {
  const words = ['--seed', '1', '--seeds', '2', '--json'];
  const { status, lines } = await run(words, { stores: losesRecords });
  expect(status).toBe(1);
  expect(lines).toHaveLength(2);
  const result = JSON.parse(lines[1] ?? '') as { ok: boolean; violations: unknown[] };
  expect(result.ok).toBe(false);
  expect(result.violations).toContainEqual(
    expect.objectContaining({ checker: 'no-load-balancer-lost' }),
  );
});

test('writes the trace to a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-trace-'));
  try {
    const file = join(folder, 'trace.ndjson');
    await run(['--json', '--trace', file]);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const kinds = new Set(lines.map((line) => (JSON.parse(line) as { tag: string }).tag));
    expect([...kinds]).toEqual(expect.arrayContaining(['device', 'stored', 'transition', 'fault']));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  [['--seed', 'x'], /'--seed <n>' argument 'x' is invalid\. It must be a whole number from 0 to/],
  [['--agents', '0'], /It must be a whole number from 1 to 64/],
  [['--scenario', 'nice-day'], /Allowed choices are agent-crash, rough-day/],
  [['--seeds', '2', '--trace', 'f'], /--trace writes one run/],
  [['--sed', '1'], /unknown option '--sed'/],
])('refuses %j with a reason', async (words, reason) => {
  const { status, stdout, stderr } = await runInProcess(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(reason);
});
