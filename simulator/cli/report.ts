import { formatLine } from '../chronicle.ts';
import { type RunResult, sizeOf, type Violation } from '../simulate.ts';
import { type CliOptions, defaults } from './options.ts';
import type { Size } from '../scenarios/scenario.ts';
import type { Source } from './source.ts';

/** The line that runs this very seed again. */
export function reproduceLine(seed: number, source: Source, options: CliOptions): string {
  const words = ['npm run simulate --', `--seed ${seed}`];
  if (source.word !== defaults.scenario) words.push(`--scenario ${source.word}`);
  // A scenario file has its own size.
  if (source.seed !== null) return words.join(' ');
  const { agents, controllers, loadBalancers } = options.size;
  if (agents !== undefined) words.push(`--agents ${agents}`);
  if (controllers !== undefined) words.push(`--controllers ${controllers}`);
  if (loadBalancers !== undefined) words.push(`--load-balancers ${loadBalancers}`);
  return words.join(' ');
}

/** Everything that the runs depend on, so that nobody has to guess what was run. */
export function headerOf(options: CliOptions): string {
  const { sources, seed, seeds } = options;
  const which = seeds === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + seeds - 1}`;
  return sources
    .map(({ scenario, run }) => {
      const { summary, promise, name } = scenario;
      const drawn = scenario.drawSize !== undefined && !isSized(options);
      const size = drawn ? 'in worlds of drawn sizes' : sizeWords(sizeOf({ ...run, seed }));
      return `${name}: ${summary}\n${promise}\n${which}, ${size}`;
    })
    .join('\n');
}

const isSized = ({ size }: CliOptions): boolean => Object.keys(size).length === 3;

function sizeWords({ agents, controllers, loadBalancers }: Size): string {
  return [
    counted(agents, 'agent'),
    counted(loadBalancers, 'load balancer'),
    counted(controllers, 'controller'),
  ].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function verdictOf(result: RunResult): string {
  const { seed, ok, virtualMs, steps, rebinds, hash } = result;
  const word = ok ? 'passed' : 'FAILED';
  const seconds = (virtualMs / 1_000).toFixed(1);
  return `seed ${seed} ${word}: ${seconds} s of virtual time, ${steps} steps, ${rebinds} rebinds, hash ${hash.slice(0, 16)}`;
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
export function jsonOf(result: RunResult): string {
  const { seed, ok, scenario, virtualMs, steps, rebinds, hash } = result;
  const violations = result.violations.map((violation) => ({
    ...violation,
    events: violation.events.map(formatLine),
  }));
  return JSON.stringify({ seed, ok, scenario, virtualMs, steps, rebinds, hash, violations });
}
