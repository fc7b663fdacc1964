import type { Tally } from './tally.ts';
import { sumOf } from './tally.ts';

const headings = [
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
];

/** Shown where hosts serve at leased addresses. */
const vipHeadings = ['vip runs', 'twice ms', 'twice in'];

const speedHeadings = ['core s', 'speed'];

/** A row for each scenario, and one for all where there are several. */
export function tableOf(tallies: readonly Tally[]): string {
  const rows = tallies.length > 1 ? [...tallies, sumOf(tallies)] : tallies;
  const hasVips = rows.some(({ vipRuns }) => vipRuns > 0);
  return formatTable(
    [...headings, ...(hasVips ? vipHeadings : []), ...speedHeadings],
    rows.map((tally) => [
      ...cellsOf(tally),
      ...(hasVips ? vipCellsOf(tally) : []),
      ...speedCellsOf(tally),
    ]),
  );
}

function cellsOf(tally: Tally): string[] {
  const { name, runs, passed, virtualMs } = tally;
  const perSeed = (count: number) => (count / runs).toFixed(1);
  return [
    name,
    String(runs),
    String(passed),
    String(runs - passed),
    (virtualMs / 1_000).toFixed(0),
    perSeed(tally.faults),
    perSeed(tally.writes),
    perSeed(tally.rebinds),
    perSeed(tally.unservedMs / 1_000),
    perSeed(tally.exposureMs),
  ];
}

/** How many runs had leased addresses, for how long one was served at two places, and in how many runs. */
function vipCellsOf({ vipRuns, twiceMs, twiceRuns }: Tally): string[] {
  return [vipRuns, twiceMs, twiceRuns].map((count) => (vipRuns > 0 ? String(count) : '-'));
}

function speedCellsOf({ virtualMs, wallMs }: Tally): string[] {
  return [(wallMs / 1_000).toFixed(1), wallMs > 0 ? `${(virtualMs / wallMs).toFixed(0)}x` : '-'];
}

/** A table in fixed columns: words to the left, numbers to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const isNumeric = head.map((_, column) =>
    rows.every((row) => /^[\d.-]*x?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(head), rule, ...rows.map(line)].join('\n');
}
