import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../simulator/cli/command.ts';
import { lapsesTooSoon } from '../../simulator/planted/leases.ts';
import { losesRecords } from '../../simulator/planted/stores.ts';
import { runInProcess, runUntilRead } from './support/run-command.ts';

/** A world that runs quickly. */
const small = ['--controllers', '1', '--load-balancers', '4'];

/** Parts that a test replaces are replaced in this process only. */
const here = ['--jobs', '1'];

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

const totalsKeys = [
  'runs',
  'passed',
  'failed',
  'virtualSeconds',
  'wallSeconds',
  'marksHit',
  'marksTotal',
  'transitionsHit',
  'transitionsTotal',
];

test('one run is a line of JSON that says what happened, and its sums', async () => {
  const { status, lines } = await run([...crash, '--seed', '3', '--json']);
  expect(status).toBe(0);
  expect(lines).toHaveLength(2);
  const totals = JSON.parse(lines[1] ?? '') as Record<string, unknown>;
  expect(Object.keys(totals)).toEqual(totalsKeys);
  expect(totals).toMatchObject({ runs: 1, passed: 1, failed: 0 });
  const result = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(Object.keys(result)).toEqual([
    'seed',
    'ok',
    'scenario',
    'virtualMs',
    'steps',
    'faults',
    'writes',
    'rebinds',
    'unservedMs',
    'twiceMs',
    'exposureMs',
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
  const words = ['--scenario', 'agent-crash', '--seeds', '2', '--json', ...here];
  const { status, lines } = await run(words, { stores: losesRecords });
  expect(status).toBe(1);
  expect(lines).toHaveLength(3);
  const result = JSON.parse(lines[1] ?? '') as { ok: boolean; violations: unknown[] };
  expect(result.ok).toBe(false);
  expect(result.violations).toContainEqual(
    expect.objectContaining({ checker: 'no-load-balancer-lost' }),
  );
});

test('a set ends in a table, in what was reached and in a verdict, and shows how far it is', async () => {
  const { status, written, lines, progress } = await run([
    ...twoScenarios,
    '--seed',
    '3',
    '--seeds',
    '2',
    ...small,
    ...here,
  ]);
  expect(status).toBe(0);
  expect(lines[0]).toBe('2 scenarios, 4 runs from seed 3 on; what must hold in each:');
  expect(lines[1]).toMatch(/^ {2}agent-crash {2}2 {2}Each load balancer of a dead agent/);
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
    'unserved s/seed',
    'exposed ms/seed',
    'core s',
    'speed',
  ]);
  expect(lines[at + 2]).toMatch(/^agent-crash +2 +2 +0 +[1-9]\d* +[1-9]/);
  expect(lines[at + 3]).toMatch(/^rough-day +2 +2 +0 /);
  expect(lines[at + 4]).toMatch(/^all +4 +4 +0 /);
  expect(written).toMatch(/\nmarks reached +[1-9]\d* of \d+, without [a-z-]+, /);
  expect(written).toMatch(/\ntransitions taken +[1-9]\d* of \d+, without load-balancer: /);
  expect(lines.at(-1)).toMatch(/^all 4 runs passed, in \d+ s$/);
  expect(progress).toMatch(/^░{30} 0 of 4, agent-crash\n/);
  expect(progress).toMatch(/^█{7}░{23} 1 of 4, about \d+ s left, agent-crash$/m);
  expect(progress).toMatch(/^█{30} 4 of 4, rough-day$/m);
});

test('a set with leased addresses says for how long one was served twice, and in how many runs', async () => {
  const words = ['--scenario', 'vips-move,agent-crash', '--seeds', '2', '--timings', 'strict'];

  const { status, lines } = await run([...words, ...small, ...here]);

  expect(status).toBe(0);
  expect(lines[0]).toMatch(/^2 scenarios, 4 runs from seed 1 on, timings of strict; /);
  const at = lines.findIndex((line) => line.startsWith('scenario '));
  expect(lines[at]).toMatch(/ exposed ms\/seed {2}vip runs {2}twice ms {2}twice in {2}core s/);
  expect(lines[at + 2]).toMatch(/^vips-move .* 2 +0 +0 +[\d.]+ +\d+x$/);
  expect(lines[at + 3]).toMatch(/^agent-crash .* - +- +- +[\d.]+ +\d+x$/);
});

test('a moment of service at two places is measured until it ends, and its run fails', async () => {
  const parts = { controller: lapsesTooSoon };
  const words = ['--scenario', 'vips-move', '--seed', '2', '--seeds', '2', ...here];

  const { status, lines } = await run(words, parts);

  expect(status).toBe(1);
  const row = lines.find((line) => line.startsWith('vips-move  '));
  expect(row).toMatch(/ 2 +[1-9]\d* +1 +[\d.]+ +\d+x$/);
});

test('a set that requires every mark fails for what it never reached or judged, and names it', async () => {
  const words = [...crash, '--seeds', '1', '--require-marks', ...small, ...here];
  const { status, written } = await run(words);
  expect(status).toBe(1);
  expect(written).toMatch(/all 1 runs passed/);
  expect(written).toMatch(
    /must reach every mark, .*It never reached\n( {2}.*\n)* {2}zombie-refused\n/,
  );
  expect(written).toMatch(
    /^judged +adopts-what-runs 0 of 0, answers-when-well \d+ of \d+, capable-agents-only \d+ of \d+, .*one-server-per-vip (\d+) of \1, pending-ends-in-time \d+ of \d+, rebinds-in-time \d+ of \d+\b/m,
  );
  expect(written).toMatch(/^ {2}a judgement of adopts-what-runs$/m);
  const told = await run([...words, '--json']);
  expect(told.status).toBe(1);
  const missing = JSON.parse(told.lines.at(-2) ?? '') as { neverReached: { marks: string[] } };
  expect(missing.neverReached.marks).toContain('zombie-refused');
});

test('ends without a word when its reader has seen enough', async () => {
  const words = ['--scenario', 'agent-crash', '--seeds', '40', '--jobs', '1', '--json'];

  const { status, stdout, stderr } = await runUntilRead(...words, ...small);

  expect(stdout).toMatch(/^\{"seed":1,/);
  expect({ status, stderr }).toEqual({ status: 128 + 13, stderr: '' });
});

test('lists how many runs reached each mark and took each transition', async () => {
  const { lines } = await run([...crash, '--seeds', '2', '--coverage', ...small, ...here]);
  expect(lines).toContainEqual(
    expect.stringMatching(/^ +2 {2}granted-before-the-commit +A standby/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^ +2 {2}liveness: registered \[newer\] -> alive$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^ +0 {2}zombie-refused /));
});

test('a set is the same whatever the number of processes, and told in the order of the seeds', async () => {
  const words = [...twoScenarios, '--seed', '3', '--seeds', '2', '--json', ...small];
  const [one, two] = await Promise.all([
    runInProcess(...words, '--jobs', '1'),
    runInProcess(...words, '--jobs', '2'),
  ]);
  const [runsOfOne, runsOfTwo] = [one, two].map(({ stdout }) => stdout.trimEnd().split('\n'));
  expect(runsOfTwo?.slice(0, -1)).toEqual(runsOfOne?.slice(0, -1));
  const seeds = runsOfTwo?.slice(0, -1).map((line) => (JSON.parse(line) as { seed: number }).seed);
  expect(seeds).toEqual([3, 4, 3, 4]);
  const totals = JSON.parse(runsOfTwo?.at(-1) ?? '') as Record<string, unknown>;
  expect(totals).toMatchObject({ runs: 4, passed: 4, failed: 0 });
  expect(Object.keys(totals)).toEqual(totalsKeys);
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
  [['--planted', '--agents', '2'], /--planted hunts in worlds of its own; leave --agents out/],
  [['--planted', '--scenario', 'drain,storm'], /--planted hunts in one scenario of the list/],
  [['--planted', '--scenario', 'mine.yaml'], /--planted hunts in one scenario of the list/],
  [['--nightly', '--agents', '2'], /--nightly has its own scenarios and sizes; leave --agents out/],
  [
    ['--timings', 'fast'],
    /argument 'fast' is invalid\. Allowed choices are local, lan, strict, wan/,
  ],
  [['--planted', '--timings', 'lan'], /--planted hunts in worlds of its own; leave --timings out/],
])('refuses %j with a reason', async (words, reason) => {
  const errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => errors.mockRestore());
  const written: string[] = [];

  const status = await runCommand(words, { write: (text) => written.push(text) });

  expect({ status, written }).toEqual({ status: 2, written: [] });
  expect(errors.mock.calls.flat().join('')).toMatch(reason);
});

test('a process of its own ends with that status, and tells the reason as an error', async () => {
  const { status, stdout, stderr } = await runInProcess('--sed', '1');

  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/unknown option '--sed'/);
});
