import type { MeasuredRun } from './measured-run.ts';

/** What the runs of one scenario came to. */
export interface Row {
  readonly scenario: string;
  readonly runs: readonly MeasuredRun[];
  readonly wallMs: number;
}

const headings = [
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
];

/** The sums over rows, as the last line of `--json` tells them. */
export interface Totals {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
}

export function totalsOf(rows: readonly Row[]): Totals {
  const runs = rows.flatMap((row) => row.runs);
  const passed = runs.filter(({ result }) => result.ok).length;
  return {
    runs: runs.length,
    passed,
    failed: runs.length - passed,
    virtualSeconds: rounded(sum(runs, ({ result }) => result.virtualMs) / 1_000),
    wallSeconds: rounded(rows.reduce((total, { wallMs }) => total + wallMs, 0) / 1_000),
  };
}

/** A table in fixed columns: a row for each scenario, and one for all where there are several. */
export function tableOf(rows: readonly Row[]): string {
  const all: Row = {
    scenario: 'all',
    runs: rows.flatMap(({ runs }) => runs),
    wallMs: rows.reduce((total, { wallMs }) => total + wallMs, 0),
  };
  const cells = [headings, ...(rows.length > 1 ? [...rows, all] : rows).map(cellsOf)];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? '').length)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  const [head = [], ...body] = cells;
  return [head, rule, ...body].map((line) => lineOf(line, widths)).join('\n');
}

function cellsOf({ scenario, runs, wallMs }: Row): string[] {
  const { passed, failed, virtualSeconds } = totalsOf([{ scenario, runs, wallMs }]);
  const perSeed = (count: (run: MeasuredRun) => number) =>
    (sum(runs, count) / runs.length).toFixed(1);
  return [
    scenario,
    String(runs.length),
    String(passed),
    String(failed),
    virtualSeconds.toFixed(1),
    perSeed(({ faults }) => faults),
    perSeed(({ writes }) => writes),
    perSeed(({ result }) => result.rebinds),
    (wallMs / 1_000).toFixed(1),
    wallMs > 0 ? ((virtualSeconds * 1_000) / wallMs).toFixed(0) : '-',
  ];
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('  ')
    .trimEnd();
}

function sum(runs: readonly MeasuredRun[], count: (run: MeasuredRun) => number): number {
  return runs.reduce((total, run) => total + count(run), 0);
}

/** To milliseconds, so that sums of floats read well. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
