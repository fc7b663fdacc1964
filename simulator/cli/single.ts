import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { formatLine } from '../chronicle.ts';
import { Recorder } from '../recording/recorder.ts';
import { ReportCollector } from '../report/collector.ts';
import { reportPage } from '../report/page.ts';
import { scenarioFileText } from '../scenario-file/write.ts';
import type { Plan } from '../scenarios/scenario.ts';
import { shrink } from '../shrink/shrink.ts';
import { type RunOptions, sizeOf } from '../simulate.ts';
import { Trace } from '../world/trace.ts';
import type { CommandHooks } from './hooks.ts';
import { type MeasuredRun, measuredRun } from './measured-run.ts';
import type { CliOptions } from './options.ts';
import { failureOf, jsonOf, verdictOf } from './report.ts';
import { shrunkJson, shrunkText } from './shrunk.ts';
import { Tally, totalsOf } from './tally.ts';

/** Runs one seed and tells it line by line; resolves to whether everything held. */
export async function runSingle(
  options: CliOptions,
  { write, parts = {} }: CommandHooks,
): Promise<boolean> {
  const { seed, json, save } = options;
  const [source] = options.sources;
  if (source === undefined) throw new RangeError('there is nothing to run');
  let plan = null as Plan | null;
  const report = options.report === null ? null : new ReportCollector();
  const run: RunOptions = {
    ...source.run,
    seed,
    parts,
    onPlan: (drawn) => {
      plan = drawn;
      report?.onPlan(drawn);
    },
    ...(report === null ? {} : { observer: report.observer, onBegin: report.onBegin }),
    ...(json ? {} : { onLine: (line) => write(`${formatLine(line)}\n`) }),
  };
  const measured = await written(run, options);
  const { result } = measured;
  if (json) write(`${jsonOf(measured)}\n`);
  else write(`\n${verdictOf(result)}\n`);
  if (!json && !result.ok) write(`${failureOf(result, source, options)}\n`);
  if (report !== null && options.report !== null) {
    const { agents, controllers } = sizeOf(run);
    const processes = [...numbered('controller', controllers), ...numbered('agent', agents)];
    const data = report.data(result, source.scenario, processes);
    await writeFile(options.report, reportPage(data));
  }
  let kept = plan;
  if (options.shrink && plan !== null && !result.ok) {
    const shrunk = await shrink(run, plan, result);
    kept = shrunk.plan;
    write(json ? `${shrunkJson(shrunk)}\n` : `\n${shrunkText(shrunk, plan, save)}\n`);
  }
  if (save !== null) await savePlan(save, run, kept);
  if (json) write(`${totalsLine(measured)}\n`);
  return result.ok;
}

/** The same last line as a set's. */
function totalsLine(run: MeasuredRun): string {
  const tally = new Tally(run.result.scenario);
  tally.add(run);
  return JSON.stringify(totalsOf(tally, run.wallMs));
}

function numbered(role: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
}

async function savePlan(path: string, run: RunOptions, plan: Plan | null): Promise<void> {
  if (plan === null) throw new Error('the run broke before its plan was drawn; nothing is saved');
  await writeFile(path, scenarioFileText(run, plan, path.endsWith('.json')));
}

/** Runs it, and writes what goes into files meanwhile. */
async function written(
  run: RunOptions,
  { trace, record }: Pick<CliOptions, 'trace' | 'record'>,
): Promise<MeasuredRun> {
  const traced = trace === null ? null : linesInto(trace);
  const recorded = record === null ? null : linesInto(record);
  const recorder = recorded === null ? null : new Recorder(recorded.write);
  const followed = traced === null ? run : { ...run, trace: new Trace(traced.write) };
  const measured = await measuredRun(recorder?.recorded(followed) ?? followed);
  recorder?.end(measured.result);
  await traced?.end();
  await recorded?.end();
  return measured;
}

function linesInto(path: string): { write(line: string): void; end(): Promise<void> } {
  const file = createWriteStream(path);
  // Taken at once: a file that can't be opened says so before anybody waits for it.
  const whole = finished(file);
  return {
    write: (line) => void file.write(`${line}\n`),
    end: () => {
      file.end();
      return whole;
    },
  };
}
