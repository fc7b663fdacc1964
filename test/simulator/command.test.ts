import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../simulator/cli/command.ts';
import { losesRecords } from '../../simulator/planted/stores.ts';
import { runInProcess } from './support/run-command.ts';

/** A world that runs quickly. */
const small = ['--controllers', '1', '--load-balancers', '4'];

const twoScenarios = ['--scenario', 'agent-crash,rough-day'];
const crash = ['--scenario', 'agent-crash'];

/** Runs the command in this process and collects what it writes. */
async function run(arguments_: readonly string[], parts = {}) {
  let written = '';
  let progress = '';
  const status = await runCommand(arguments_, {
    write: (text) => (written += text),
    progress: (text) => (progress += `${text}\n`),
    parts,
  });
  return { status, written, progress, lines: written.trimEnd().split('\n') };
}

test('ends with one line of JSON that says what happened', async () => {
  const { status, lines } = await run([...crash, '--seed', '3', '--json']);
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
  const { status, written } = await run([...crash, '--seed', '1', '--controllers', '1']);
  expect(status).toBe(0);
  expect(written).toMatch(/seed 1, 3 agents, 6 load balancers, 1 controller\n/);
  expect(written).toMatch(/agent-crash begins/);
  expect(written).toMatch(/device applied +[0-9a-f]{8} e1 +g1/);
  expect(written).toMatch(/seed 1 passed: [\d.]+ s of virtual time, \d+ steps, \d+ rebinds/);
});

test('a violation is told with what led to it and the line that reproduces it', async () => {
  const { status, written } = await run([...crash, '--seed', '2', '--agents', '4'], {
    stores: losesRecords,
  });
  expect(status).toBe(1);
  expect(written).toMatch(/seed 2 FAILED/);
  expect(written).toMatch(
    /no-load-balancer-lost was violated at [\d.]+ s: load balancer [0-9a-f-]{36}: /,
  );
  expect(written).toMatch(/client +create acknowledged/);
  expect(written).toContain(
    'reproduce: npm run simulate -- --seed 2 --scenario agent-crash --agents 4\n',
  );
});

test('a violation is part of the JSON, and the exit status of many seeds', async () => {
  const words = ['--scenario', 'agent-crash', '--seeds', '2', '--json'];
  const { status, lines } = await run(words, { stores: losesRecords });
  expect(status).toBe(1);
  expect(lines).toHaveLength(3);
  const result = JSON.parse(lines[1] ?? '') as { ok: boolean; violations: unknown[] };
  expect(result.ok).toBe(false);
  expect(result.violations).toContainEqual(
    expect.objectContaining({ checker: 'no-load-balancer-lost' }),
  );
});

test('a set ends in a table with a row for each scenario, and shows how far it is', async () => {
  const { status, lines, progress } = await run([
    ...twoScenarios,
    '--seed',
    '3',
    '--seeds',
    '2',
    ...small,
  ]);
  expect(status).toBe(0);
  const at = lines.findIndex((line) => line.startsWith('scenario '));
  expect(lines[at]?.split(/ {2,}/)).toEqual([
    'scenario',
    'seeds',
    'passed',
    'failed',
    'virtual s',
    'faults/seed',
    'writes/seed',
    'rebinds/seed',
    'wall s',
    'virtual s per wall s',
  ]);
  expect(lines[at + 2]).toMatch(/^agent-crash +2 +2 +0 +[1-9][\d.]* +[1-9]/);
  expect(lines[at + 3]).toMatch(/^rough-day +2 +2 +0 /);
  expect(lines[at + 4]).toMatch(/^all +4 +4 +0 /);
  expect(lines.at(-1)).toBe('all 4 runs passed');
  expect(progress).toContain('rough-day: 1 of 2 seeds\n');
});

test('a set is the same whatever the number of processes, and told in the order of the seeds', async () => {
  const words = [...twoScenarios, '--seed', '3', '--seeds', '4', '--json', ...small];
  const [one, two] = await Promise.all([
    runInProcess(...words),
    runInProcess(...words, '--jobs', '2'),
  ]);
  const [runsOfOne, runsOfTwo] = [one, two].map(({ stdout }) => stdout.trimEnd().split('\n'));
  expect(runsOfTwo?.slice(0, -1)).toEqual(runsOfOne?.slice(0, -1));
  const seeds = runsOfTwo?.slice(0, -1).map((line) => (JSON.parse(line) as { seed: number }).seed);
  expect(seeds).toEqual([3, 4, 5, 6, 3, 4, 5, 6]);
  const totals = JSON.parse(runsOfTwo?.at(-1) ?? '') as Record<string, unknown>;
  expect(totals).toMatchObject({ runs: 8, passed: 8, failed: 0 });
  expect(Object.keys(totals)).toEqual([
    'runs',
    'passed',
    'failed',
    'virtualSeconds',
    'wallSeconds',
  ]);
  // Neither is a terminal, so nothing shows progress.
  expect(two.stderr).toBe('');
});

test('writes the trace to a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-trace-'));
  try {
    const file = join(folder, 'trace.ndjson');
    await run([...crash, '--json', '--trace', file, ...small]);
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
  [['--scenario', 'nice-day'], /Allowed choices are rough-week, /],
  [['--seeds', '2', '--trace', 'f'], /--trace tells of one run/],
  [['--sed', '1'], /unknown option '--sed'/],
])('refuses %j with a reason', async (words, reason) => {
  const { status, stdout, stderr } = await runInProcess(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(reason);
});
