import { expect, test } from 'vitest';
import { exitStatus, runCommand } from '../../simulator/cli/command.ts';
import { plantedBugs } from '../../simulator/planted/index.ts';

/** Two of all: one that any scenario finds, and one that needs agents which die again and again. */
const lost = 'a store that loses acknowledged records';
const hiccup = 'judges that call an agent dead after one missed heartbeat';
const bugs = plantedBugs.filter(({ bug }) => [lost, hiccup].includes(bug));

async function hunt(...words: readonly string[]) {
  const written: string[] = [];
  const all = ['--planted', '--jobs', '1', '--json', ...words];
  const status = await runCommand(all, { write: (text) => written.push(text), bugs });
  const lines = written.join('').trimEnd().split('\n');
  return { status, last: JSON.parse(lines.at(-1) ?? '') as unknown, hunts: lines.length - 1 };
}

test('a hunt that finds all of them passes', async () => {
  const { status, last, hunts } = await hunt();

  expect({ status, hunts }).toEqual({ status: exitStatus.passed, hunts: 2 });
  expect(last).toEqual({ planted: 2, found: 2, missed: [] });
});

test('one in a scenario in which they are not all found fails, and names them', async () => {
  const { status, last } = await hunt('--scenario', 'drain', '--seeds', '1');

  expect(status).toBe(exitStatus.violated);
  expect(last).toEqual({ planted: 2, found: 1, missed: [`no-thrash: ${hiccup}`] });
});
