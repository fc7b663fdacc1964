import { CommanderError } from 'commander';
import { headerOf, plantedHeader } from './header.ts';
import type { CommandHooks } from './hooks.ts';
import { type CliOptions, parseOptions } from './options.ts';
import { huntJson, huntSummary, huntTable, isProven, runHunts } from './planted.ts';
import { type Progress, progressLine, spanOf } from './progress.ts';
import { coverageOf, missingIn, reachOf, requiredText } from './reach.ts';
import { failureOf, jsonOf, reproduceLine, verdictOf } from './report.ts';
import { runSet, type SetResult } from './set.ts';
import { runSingle } from './single.ts';
import { tableOf } from './table.ts';
import { sumOf, totalsOf } from './tally.ts';

/** Exit statuses, as users see them. */
export const exitStatus = { passed: 0, violated: 1, usage: 2 } as const;

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
  const { json, planted, single } = options;
  const header =
    planted === null ? headerOf(options, hooks.columns) : plantedHeader(planted, options.seed);
  if (!json) hooks.write(`${header}\n\n`);
  const tell = planted !== null ? tellHunts : single ? tellSingle : tellSet;
  return (await tell(options, arguments_, hooks)) ? exitStatus.passed : exitStatus.violated;
}

type Tell = (
  options: CliOptions,
  commandLine: readonly string[],
  hooks: CommandHooks,
) => Promise<boolean>;

const tellSingle: Tell = (options, _, hooks) => runSingle(options, hooks);

const tellSet: Tell = async (options, commandLine, hooks) => {
  const { write, parts = {} } = hooks;
  const bar = barOf(hooks);
  const again: string[] = [];
  const done = await runSet(options, {
    parts,
    commandLine,
    progress: bar.show,
    onRun: (source, run) => {
      const { result } = run;
      if (options.json) write(`${jsonOf(run)}\n`);
      else if (!result.ok) {
        bar.clear();
        write(`${verdictOf(result)}\n${failureOf(result, source, options)}\n\n`);
        again.push(reproduceLine(result.seed, source, options));
      }
    },
  });
  bar.clear();
  const sum = sumOf(done.tallies);
  const missing = missingIn(sum);
  const { marks, transitions, checkers } = missing;
  const lacks = options.requireMarks && [...marks, ...transitions, ...checkers].length > 0;
  if (options.json) {
    if (lacks) write(`${JSON.stringify({ neverReached: missing })}\n`);
    write(`${JSON.stringify(totalsOf(sum, done.tookMs))}\n`);
  } else {
    if (options.coverage) write(`${coverageOf(sum)}\n\n`);
    write(`${summaryOf(done, again)}\n`);
    if (lacks) write(`\n${requiredText(missing)}\n`);
  }
  return sum.passed === sum.runs && !lacks;
};

function summaryOf({ tallies, tookMs }: SetResult, again: readonly string[]): string {
  const sum = sumOf(tallies);
  const { runs, passed } = sum;
  const verdict =
    again.length === 0
      ? `all ${runs} runs passed, in ${spanOf(tookMs)}`
      : [`${runs - passed} of ${runs} runs FAILED:`, ...again.map((line) => `  ${line}`)].join(
          '\n',
        );
  return `${tableOf(tallies)}\n\n${reachOf(sum)}\n\n${verdict}`;
}

const tellHunts: Tell = async (options, commandLine, hooks) => {
  const { write, bugs } = hooks;
  const bar = barOf(hooks);
  const hunts = await runHunts(options, {
    ...(bugs === undefined ? {} : { bugs }),
    commandLine,
    progress: bar.show,
    onHunt: (hunt) => {
      if (options.json) write(`${JSON.stringify(hunt)}\n`);
    },
  });
  bar.clear();
  write(options.json ? `${huntJson(hunts)}\n` : `${huntTable(hunts)}\n\n${huntSummary(hunts)}\n`);
  return hunts.every(isProven);
};

function barOf({ progress = () => undefined }: CommandHooks) {
  return {
    show: (state: Progress) => progress(progressLine(state)),
    clear: () => progress(''),
  };
}
