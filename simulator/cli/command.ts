import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { CommanderError } from 'commander';
import { formatLine } from '../chronicle.ts';
import { type RunResult, simulate } from '../simulate.ts';
import type { WorldParts } from '../world/parts.ts';
import { Trace } from '../world/trace.ts';
import { type CliOptions, parseOptions } from './options.ts';
import { failureOf, headerOf, jsonOf, reproduceLine, verdictOf } from './report.ts';

/** Exit statuses, as users see them. */
export const exitStatus = { passed: 0, violated: 1, usage: 2 } as const;

/** Runs the command; resolves to the exit status. `parts` replaces parts of the world, for tests. */
export async function runCommand(
  arguments_: readonly string[],
  write: (text: string) => void,
  parts: Partial<WorldParts> = {},
): Promise<number> {
  let options: CliOptions;
  try {
    options = parseOptions(arguments_);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitStatus.passed : exitStatus.usage;
  }
  if (!options.json) write(`${headerOf(options)}\n\n`);
  const failed: number[] = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
    const result = await runSeed(seed, options, write, parts);
    if (!result.ok) failed.push(seed);
    write(`${options.json ? jsonOf(result) : textOf(result, options)}\n`);
  }
  if (!options.json && options.seeds > 1) write(`\n${summaryOf(failed, options)}\n`);
  return failed.length === 0 ? exitStatus.passed : exitStatus.violated;
}

async function runSeed(
  seed: number,
  options: CliOptions,
  write: (text: string) => void,
  parts: Partial<WorldParts>,
): Promise<RunResult> {
  const { scenario, agents, loadBalancers, json, seeds, trace } = options;
  const run = {
    seed,
    scenario,
    agents,
    loadBalancers,
    parts,
    ...(json || seeds > 1 ? {} : { onLine: (line) => write(`${formatLine(line)}\n`) }),
  } satisfies Parameters<typeof simulate>[0];
  if (trace === null) return simulate(run);
  const file = createWriteStream(trace);
  // Taken at once: a file that can't be opened says so before anybody waits for it.
  const written = finished(file);
  const result = await simulate({ ...run, trace: new Trace((line) => file.write(`${line}\n`)) });
  file.end();
  await written;
  return result;
}

function textOf(result: RunResult, options: CliOptions): string {
  const gap = options.seeds === 1 ? '\n' : '';
  const verdict = `${gap}${verdictOf(result)}`;
  return result.ok ? verdict : `${verdict}\n${failureOf(result, options)}`;
}

function summaryOf(failed: readonly number[], options: CliOptions): string {
  if (failed.length === 0) return `all ${options.seeds} seeds passed`;
  const lines = failed.map((seed) => `  ${reproduceLine(seed, options)}`);
  return [`${failed.length} of ${options.seeds} seeds failed:`, ...lines].join('\n');
}
