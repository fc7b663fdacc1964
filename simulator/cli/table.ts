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
  'core s',
  'speed',
];

/** A row for each scenario, and one for all where there are several. */
export function tableOf(tallies: readonly Tally[]): string {
  const rows = tallies.length > 1 ? [...tallies, sumOf(tallies)] : tallies;
  return formatTable(headings, rows.map(cellsOf));
}

function cellsOf(tally: Tally): string[] {
  const { name, runs, passed, virtualMs, wallMs } = tally;
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
    (wallMs / 1_000).toFixed(1),
    wallMs > 0 ? `${(virtualMs / wallMs).toFixed(0)}x` : '-',
  ];
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
