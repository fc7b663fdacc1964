import { formatLine } from '../chronicle.ts';
import { defaultScenario } from '../scenarios/index.ts';
import type { RunResult, Violation } from '../simulate.ts';
import type { MeasuredRun } from './measured-run.ts';
import type { CliOptions } from './options.ts';
import type { Source } from './source.ts';

/** The line that runs this very seed again. */
export function reproduceLine(seed: number, source: Source, options: CliOptions): string {
  const words = ['npm run simulate --', `--seed ${seed}`];
  if (source.word !== defaultScenario.name) words.push(`--scenario ${source.word}`);
  // A scenario file has its own size and timings.
  if (source.seed !== null) return words.join(' ');
  const { agents, controllers, loadBalancers } = options.size;
  if (agents !== undefined) words.push(`--agents ${agents}`);
  if (controllers !== undefined) words.push(`--controllers ${controllers}`);
  if (loadBalancers !== undefined) words.push(`--load-balancers ${loadBalancers}`);
  if (options.timings !== null) words.push(`--timings ${options.timings}`);
  return words.join(' ');
}

export function verdictOf(result: RunResult): string {
  const { seed, ok, virtualMs, steps, rebinds, hash, traffic, exposureMs } = result;
  const word = ok ? 'passed' : 'FAILED';
  const seconds = (virtualMs / 1_000).toFixed(1);
  const unserved = (traffic.unservedMs / 1_000).toFixed(1);
  return `seed ${seed} ${word}: ${seconds} s of virtual time, ${steps} steps, ${rebinds} rebinds, ${unserved} s unserved, ${traffic.twiceMs} ms served twice, ${exposureMs} ms exposed, hash ${hash.slice(0, 16)}`;
}

/** What was violated, the events that led to it, and how to see it again. */
export function failureOf(result: RunResult, source: Source, options: CliOptions): string {
  const parts = result.violations.map(violationText);
  return [...parts, `reproduce: ${reproduceLine(result.seed, source, options)}`].join('\n');
}

function violationText({ checker, message, loadBalancer, atMs, events }: Violation): string {
  const which = loadBalancer === '' ? '' : `load balancer ${loadBalancer}: `;
  const at = `${(atMs / 1_000).toFixed(3)} s`;
  const lines = events.map((line) => `  ${formatLine(line)}`);
  return [`${checker} was violated at ${at}: ${which}${message}`, ...lines].join('\n');
}

/** One line for programs; the events that led to a violation as the text log shows them. */
export function jsonOf({ result, faults, writes }: MeasuredRun): string {
  const { seed, ok, scenario, virtualMs, steps, rebinds, hash } = result;
  const violations = result.violations.map((violation) => ({
    ...violation,
    events: violation.events.map(formatLine),
  }));
  const sums = { ...result.traffic, exposureMs: result.exposureMs };
  const counts = { virtualMs, steps, faults, writes, rebinds, ...sums };
  return JSON.stringify({ seed, ok, scenario, ...counts, hash, violations });
}
