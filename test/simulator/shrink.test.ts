import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../simulator/cli/command.ts';
import type { Plan } from '../../simulator/scenarios/scenario.ts';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { ddmin } from '../../simulator/shrink/ddmin.ts';
import { shrink, shrinkRunsMax, type Shrunk } from '../../simulator/shrink/shrink.ts';
import { type RunOptions, simulate } from '../../simulator/simulate.ts';
import { losesRecords } from '../../simulator/planted/stores.ts';
import { liesAboutEdits } from '../../simulator/planted/drivers.ts';

const numbers = Array.from({ length: 40 }, (_, index) => index);

test('keeps exactly the items that are needed together', async () => {
  const needed = [3, 17, 31];
  const fails = (items: readonly number[]) =>
    Promise.resolve(needed.every((each) => items.includes(each)));
  expect(await ddmin(numbers, fails)).toEqual(needed);
});

test('keeps nothing where nothing is needed', async () => {
  expect(await ddmin(numbers, () => Promise.resolve(true))).toEqual([]);
});

async function failingRun(parts: NonNullable<RunOptions['parts']>) {
  let plan: Plan | null = null;
  const run: RunOptions = {
    seed: 1,
    scenario: agentCrashScenario,
    agents: 3,
    controllers: 1,
    loadBalancers: 6,
    parts,
    onPlan: (drawn) => (plan = drawn),
  };
  for (let seed = 1; seed <= 10; seed += 1) {
    const result = await simulate({ ...run, seed });
    if (!result.ok && plan !== null) return { run: { ...run, seed }, plan: plan as Plan, result };
  }
  throw new Error('no seed of the first ten fails with this planted bug');
}

async function shrunkWith(parts: NonNullable<RunOptions['parts']>) {
  const { run, plan, result } = await failingRun(parts);
  return { run, before: plan, shrunk: await shrink(run, plan, result) };
}

test('a store that loses every third record needs three creations and no fault', async () => {
  const { before, shrunk } = await shrunkWith({ stores: losesRecords });
  expect(before.faults.length).toBeGreaterThan(0);
  expect(shrunk).toMatchObject({ checker: 'no-load-balancer-lost', complete: true });
  expect(shrunk.plan.faults).toEqual([]);
  expect(shrunk.plan.work.map(({ type }) => type)).toEqual(['create', 'create', 'create']);
  expect(shrunk.runs).toBeLessThan(shrinkRunsMax);
});

test('a driver that lies about edits needs one creation and one edit, and the plan fails again', async () => {
  const { run, shrunk } = await shrunkWith({ driver: liesAboutEdits });
  expect(shrunk.plan.work.map(({ type }) => type)).toEqual(['create', 'edit']);
  const again = await simulate({ ...run, plan: shrunk.plan });
  expect(again.hash).toBe(shrunk.result.hash);
  expect(again.violations[0]?.checker).toBe(shrunk.checker);
});

test('the same failing seed shrinks to the same plan', async () => {
  const shrunk: Shrunk[] = [];
  for (let time = 0; time < 2; time += 1) {
    shrunk.push((await shrunkWith({ stores: losesRecords })).shrunk);
  }
  expect(shrunk[1]).toEqual(shrunk[0]);
});

test('the command prints the plan and saves it, and the saved one still fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-shrink-'));
  try {
    const file = join(folder, 'small.yaml');
    const run = async (...words: string[]) => {
      let written = '';
      const write = (text: string) => (written += text);
      const status = await runCommand(words, { write, parts: { stores: losesRecords } });
      return { status, written };
    };
    const first = await run('--seed', '2', '--controllers', '1', '--shrink', '--save', file);
    expect(first.status).toBe(1);
    expect(first.written).toMatch(/shrunk in \d+ runs: \d+ faults to 0, \d+ requests to 3; it/);
    expect(first.written).toContain(`reproduce: npm run simulate -- --scenario ${file}`);
    const second = await run('--scenario', file);
    expect(second.status).toBe(1);
    expect(second.written).toContain('no-load-balancer-lost was violated');
  } finally {
    await rm(folder, { recursive: true });
  }
});
