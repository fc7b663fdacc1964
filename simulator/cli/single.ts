import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { formatLine } from '../chronicle.ts';
import { ReportCollector } from '../report/collector.ts';
import { reportPage } from '../report/page.ts';
import { scenarioFileText } from '../scenario-file/write.ts';
import type { Plan } from '../scenarios/scenario.ts';
import { shrink } from '../shrink/shrink.ts';
import { type RunOptions, sizeOf } from '../simulate.ts';
import { Trace } from '../world/trace.ts';
import type { CommandHooks } from './command.ts';
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
  const { seed, json, trace, save } = options;
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
  const measured = await (trace === null ? measuredRun(run) : traced(run, trace));
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

async function traced(run: RunOptions, path: string): Promise<MeasuredRun> {
  const file = createWriteStream(path);
  // Taken at once: a file that can't be opened says so before anybody waits for it.
  const written = finished(file);
  const trace = new Trace((line) => file.write(`${line}\n`));
  const measured = await measuredRun({ ...run, trace });
  file.end();
  await written;
  return measured;
}
