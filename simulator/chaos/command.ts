import { writeFile } from 'node:fs/promises';
import { CommanderError } from 'commander';
import { presets } from '../../machines/timings/timings.ts';
import { formatLine, type Line } from '../chronicle.ts';
import { exitStatus } from '../cli/command.ts';
import { reportPage } from '../report/page.ts';
import { type ChaosCliOptions, parseChaosOptions } from './options.ts';
import { ChaosRefused } from './place.ts';
import { type ChaosResult, runChaos } from './run.ts';
import { chaosScenarios } from './scenarios/index.ts';
import { chaosJson, chaosText, listOf, togetherJson } from './tell.ts';

export interface ChaosHooks {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Breaks a run off; it leaves nothing behind. */
  readonly signal: AbortSignal;
}

/** What a shell shows for a command that was ended by Ctrl-C. */
const interruptedStatus = 130;

/** Runs the command; resolves to the exit status. */
export async function runChaosCommand(
  words: readonly string[],
  hooks: ChaosHooks,
): Promise<number> {
  let options: ChaosCliOptions;
  try {
    options = parseChaosOptions(words);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitStatus.passed : exitStatus.usage;
  }
  if (options.list) {
    hooks.write(`${listOf(chaosScenarios)}\n`);
    return exitStatus.passed;
  }
  try {
    return (await runAll(options, hooks)) ? exitStatus.passed : exitStatus.violated;
  } catch (error) {
    if (hooks.signal.aborted) return interruptedStatus;
    if (!(error instanceof ChaosRefused)) throw error;
    hooks.complain(`${error.message}\n`);
    return exitStatus.usage;
  }
}

async function runAll(
  { scenarios, timings: preset, shorten, runs, json, report, log }: ChaosCliOptions,
  { write, complain, signal }: ChaosHooks,
): Promise<boolean> {
  let isOk = true;
  for (const scenario of scenarios) {
    const results: ChaosResult[] = [];
    for (let turn = 1; turn <= runs; turn += 1) {
      if (!json) write(`${scenario.name}: ${scenario.summary}.\n${scenario.promise}\n\n`);
      const onLine = json ? {} : { onLine: (line: Line) => write(`${formatLine(line)}\n`) };
      const run = runChaos({ scenario, preset, shorten, signal, log, ...onLine });
      const result = await run.catch((error: unknown) => {
        if (signal.aborted || error instanceof ChaosRefused) throw error;
        complain(`${scenario.name} broke before it could be judged: ${String(error)}\n`);
        write(`${JSON.stringify({ scenario: scenario.name, ok: false, error: String(error) })}\n`);
        return null;
      });
      isOk &&= result?.ok === true;
      if (result === null) continue;
      results.push(result);
      if (report !== null) await writeFile(report, reportPage(result.report));
      write(json ? '' : `\n${chaosText(result)}\n\n`);
      write(`${chaosJson(result, json)}\n`);
    }
    if (runs > 1) write(`${togetherJson(scenario, runs, results, presets[preset])}\n`);
  }
  return isOk;
}
