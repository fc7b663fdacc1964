import { expect, test, vi } from 'vitest';
import { exitStatus, runCommand } from '../../simulator/cli/command.ts';
import type * as planted from '../../simulator/planted/index.ts';

/** Two of all: one that any scenario finds, and one for which agents have to join. */
const { lost, overlooked } = vi.hoisted(() => ({
  lost: 'a store that loses acknowledged records',
  overlooked: 'placement that takes nobody who has just come',
}));

vi.mock('../../simulator/planted/index.ts', async (original) => {
  const { plantedBugs } = await original<typeof planted>();
  return { plantedBugs: plantedBugs.filter(({ bug }) => [lost, overlooked].includes(bug)) };
});

async function hunt(...words: readonly string[]) {
  const written: string[] = [];
  const all = ['--planted', '--jobs', '1', '--json', ...words];
  const status = await runCommand(all, { write: (text) => written.push(text) });
  const lines = written.join('').trimEnd().split('\n');
  return { status, last: JSON.parse(lines.at(-1) ?? '') as unknown, hunts: lines.length - 1 };
}

test('a hunt that finds all of them passes', async () => {
  const { status, last, hunts } = await hunt();

  expect({ status, hunts }).toEqual({ status: exitStatus.passed, hunts: 2 });
  expect(last).toEqual({ planted: 2, found: 2, missed: [] });
});

test('one in a scenario that does not find all fails, and names them', async () => {
  const { status, last } = await hunt('--scenario', 'agent-crash', '--seeds', '2');

  expect(status).toBe(exitStatus.violated);
  expect(last).toEqual({
    planted: 2,
    found: 1,
    missed: [`waits-no-longer-than-needed: ${overlooked}`],
  });
});
