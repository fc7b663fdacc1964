import { Command } from 'commander';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { herdScenario } from '../../simulator/scenarios/herd.ts';
import { simulate } from '../../simulator/simulate.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { table } from '../../src/client/table.ts';
import { type DispatchSeen, dispatchWatch, nothingSeen } from './dispatch-watch.ts';
import { percentile } from './statistics.ts';

const ways = ['scheduled', 'queue'] as const;
const scenarios = [agentCrashScenario, herdScenario];

interface Measured {
  readonly scenario: string;
  readonly dispatch: (typeof ways)[number];
  readonly seeds: number;
  readonly failed: number;
  readonly recoveries: number;
  readonly recoveryMs: {
    readonly median: number;
    readonly p95: number;
    readonly max: number;
  } | null;
  readonly edits: number;
  readonly editMs: { readonly median: number; readonly p95: number; readonly max: number } | null;
  readonly overtaken: number;
  readonly writesPerEdit: number;
  readonly refused: number;
  readonly moves: number;
}

export const dispatchCommand = new Command('dispatch')
  .description(
    'scheduled or queue: how long until somebody has it, and what is done twice? (simulated)',
  )
  .option('--seeds <n>', 'how many seeds of each scenario', wholeNumber(1, 10_000), 100)
  .action(async ({ seeds }: { seeds: number }) => {
    const measured: Measured[] = [];
    for (const scenario of scenarios) {
      for (const dispatch of ways) {
        const seen = nothingSeen();
        const watched = {
          ...scenario,
          size: { ...scenario.size, queued: dispatch === 'queue' },
          checkers: [...(scenario.checkers ?? []), dispatchWatch(seen)],
        };
        let failed = 0;
        for (let seed = 1; seed <= seeds; seed += 1) {
          if (!(await simulate({ seed, scenario: watched })).ok) failed += 1;
        }
        measured.push(sums({ scenario: scenario.name, dispatch, seeds, failed }, seen));
      }
    }
    process.stderr.write(`${tableOf(measured)}\n`);
    process.stdout.write(`${JSON.stringify({ benchmark: 'dispatch', measured })}\n`);
  });

const rounded = (ms: number): number => Math.round(ms);

function spread(values: readonly number[]): Measured['editMs'] {
  if (values.length === 0) return null;
  const at = (percent: number) => rounded(percentile(values, percent));
  return { median: at(50), p95: at(95), max: at(100) };
}

function sums(
  of: Pick<Measured, 'scenario' | 'dispatch' | 'seeds' | 'failed'>,
  seen: DispatchSeen,
): Measured {
  const { recoveriesMs, editsMs, overtaken, writes, refused, moves } = seen;
  return {
    ...of,
    recoveries: recoveriesMs.length,
    recoveryMs: spread(recoveriesMs),
    edits: editsMs.length,
    editMs: spread(editsMs),
    overtaken,
    writesPerEdit: Number((writes / Math.max(1, editsMs.length)).toFixed(2)),
    refused,
    moves,
  };
}

function tableOf(measured: readonly Measured[]): string {
  const ms = (each: Measured['editMs']) =>
    each === null ? 'none' : `${each.median} / ${each.p95} / ${each.max}`;
  const header = [
    'SCENARIO',
    'DISPATCH',
    'FAILED',
    'RECOVERIES, MS (MEDIAN/P95/MAX)',
    'EDITS, MS (MEDIAN/P95/MAX)',
    'OVERTAKEN',
    'WRITES/EDIT',
    'REFUSED',
    'MOVES',
  ];
  const rows = measured.map((each) => [
    each.scenario,
    each.dispatch,
    `${each.failed} of ${each.seeds}`,
    `${each.recoveries}: ${ms(each.recoveryMs)}`,
    `${each.edits}: ${ms(each.editMs)}`,
    String(each.overtaken),
    String(each.writesPerEdit),
    String(each.refused),
    String(each.moves),
  ]);
  return table(header, rows);
}
