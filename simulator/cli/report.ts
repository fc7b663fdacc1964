import { formatLine } from '../chronicle.ts';
import type { RunResult, Violation } from '../simulate.ts';
import { type CliOptions, defaults } from './options.ts';

/** The line that runs this very seed again. */
export function reproduceLine(seed: number, options: CliOptions): string {
  const { scenario, agents, loadBalancers } = options;
  const words = ['npm run simulate --', `--seed ${seed}`];
  if (scenario.name !== defaults.scenario) words.push(`--scenario ${scenario.name}`);
  if (agents !== defaults.agents) words.push(`--agents ${agents}`);
  if (loadBalancers !== defaults.loadBalancers) words.push(`--load-balancers ${loadBalancers}`);
  return words.join(' ');
}

export function headerOf(options: CliOptions): string {
  const { scenario, seed, seeds, agents, loadBalancers } = options;
  const which = seeds === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + seeds - 1}`;
  return `${scenario.name}: ${scenario.summary}\n${which}, ${agents} agents, ${loadBalancers} load balancers`;
}

export function verdictOf(result: RunResult): string {
  const { seed, ok, virtualMs, steps, rebinds, hash } = result;
  const word = ok ? 'passed' : 'FAILED';
  const seconds = (virtualMs / 1_000).toFixed(1);
  return `seed ${seed} ${word}: ${seconds} s of virtual time, ${steps} steps, ${rebinds} rebinds, hash ${hash.slice(0, 16)}`;
}

/** What was violated, the events that led to it, and how to see it again. */
export function failureOf(result: RunResult, options: CliOptions): string {
  const parts = result.violations.map(violationText);
  return [...parts, `reproduce: ${reproduceLine(result.seed, options)}`].join('\n');
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
