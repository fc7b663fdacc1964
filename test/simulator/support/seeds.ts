import { expect } from 'vitest';
import { runBehindOthers } from './run-command.ts';

/** What one run and a whole set come to, as the command tells programs. */
export interface RunLine {
  readonly seed: number;
  readonly scenario: string;
  readonly ok: boolean;
  readonly virtualMs: number;
  readonly faults: number;
  readonly writes: number;
  readonly rebinds: number;
}
interface Totals {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
}

/**
 * Runs a set of seeds and expects that all pass; a run that fails is shown with what led to
 * the violation. Resolves to the runs.
 */
export async function passesSeeds(...words: readonly string[]): Promise<readonly RunLine[]> {
  const { status, stdout, stderr } = await runBehindOthers(...words, '--json');
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  const totals = JSON.parse(lines.pop() ?? '') as Totals;
  const told = lines.map((line) => JSON.parse(line) as RunLine & { neverReached?: unknown });
  const runs = told.filter(({ neverReached }) => neverReached === undefined);
  expect(told.filter((line) => line.neverReached !== undefined)).toEqual([]);
  expect(runs.filter(({ ok }) => !ok)).toEqual([]);
  expect(totals).toMatchObject({ runs: runs.length, passed: runs.length, failed: 0 });
  expect(status).toBe(0);
  return runs;
}

export function meanOf(runs: readonly RunLine[], count: (run: RunLine) => number): number {
  return runs.reduce((sum, run) => sum + count(run), 0) / runs.length;
}
