import { CommanderError } from 'commander';
import type { WorldParts } from '../world/parts.ts';
import { type CliOptions, parseOptions } from './options.ts';
import { failureOf, headerOf, jsonOf, reproduceLine, verdictOf } from './report.ts';
import { runSet } from './set.ts';
import { runSingle } from './single.ts';
import { type Row, tableOf, totalsOf } from './table.ts';

/** Exit statuses, as users see them. */
export const exitStatus = { passed: 0, violated: 1, usage: 2 } as const;

/** What the command talks to. */
export interface CommandHooks {
  readonly write: (text: string) => void;
  /** Shows how far a set of seeds has come, on one line; called with nothing to clear it. */
  readonly progress?: (text: string) => void;
  /** Replaces parts of the world, for tests. */
  readonly parts?: Partial<WorldParts>;
}

/** Runs the command; resolves to the exit status. */
export async function runCommand(
  arguments_: readonly string[],
  hooks: CommandHooks,
): Promise<number> {
  let options: CliOptions;
  try {
    options = parseOptions(arguments_);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitStatus.passed : exitStatus.usage;
  }
  if (!options.json) hooks.write(`${headerOf(options)}\n\n`);
  const passed = options.single
    ? await runSingle(options, hooks)
    : await tellSet(arguments_, options, hooks);
  return passed ? exitStatus.passed : exitStatus.violated;
}

async function tellSet(
  commandLine: readonly string[],
  options: CliOptions,
  { write, progress = () => undefined, parts = {} }: CommandHooks,
): Promise<boolean> {
  const again: string[] = [];
  const rows = await runSet(options, {
    parts,
    commandLine,
    progress: ({ scenario }, done, of) => progress(`${scenario.name}: ${done} of ${of} seeds`),
    onRow: (source, { runs }) => {
      progress('');
      for (const { result } of runs) {
        if (options.json) write(`${jsonOf(result)}\n`);
        else if (!result.ok) {
          write(`${verdictOf(result)}\n${failureOf(result, source, options)}\n\n`);
          again.push(reproduceLine(result.seed, source, options));
        }
      }
    },
  });
  const totals = totalsOf(rows);
  write(options.json ? `${JSON.stringify(totals)}\n` : `${summaryOf(rows, again)}\n`);
  return totals.failed === 0;
}

function summaryOf(rows: readonly Row[], again: readonly string[]): string {
  const { runs, failed } = totalsOf(rows);
  const verdict =
    failed === 0
      ? `all ${runs} runs passed`
      : [`${failed} of ${runs} runs failed:`, ...again.map((line) => `  ${line}`)].join('\n');
  return `${tableOf(rows)}\n\n${verdict}`;
}
