import { formatLine } from '../chronicle.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { figuresOf, pooled, type Spread } from './figures.ts';
import type { ChaosResult } from './run.ts';
import { type ChaosScenario, goalsOf } from './scenario.ts';

/** One line for programs. What led to a violation is left out where it has been told already. */
export function chaosJson(
  { report: _, measured: __, figures, violations, ...result }: ChaosResult,
  isAlone: boolean,
): string {
  const told = violations.map(({ events, ...each }) => ({
    ...each,
    ...(isAlone ? { events: events.map(formatLine) } : {}),
  }));
  const { scenario, ok, ...rest } = result;
  return JSON.stringify({ scenario, ok, ...figures, ...rest, violations: told });
}

/** All runs of a scenario: one line for programs. Of those that broke before they could be judged, nothing is measured. */
export function togetherJson(
  scenario: ChaosScenario,
  runs: number,
  results: readonly ChaosResult[],
  timings: Timings,
): string {
  const passed = results.filter(({ ok }) => ok).length;
  const told = {
    together: scenario.name,
    ok: passed === runs,
    runs,
    measured: results.length,
    passed,
  };
  const [first, ...others] = results.map(({ measured }) => measured);
  if (first === undefined) return JSON.stringify(told);
  const figures = figuresOf(pooled([first, ...others]));
  const goals = goalsOf(scenario, figures, timings);
  return JSON.stringify({ ...told, ...figures, goals });
}

export function chaosText(result: ChaosResult): string {
  const { scenario, ok, tookMs, figures, goals, failures, violations } = result;
  const spread = ({ count, p50, p99, max }: Spread): string =>
    count === 0
      ? 'nothing to measure'
      : `p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms, of ${count}`;
  const why = Object.entries(failures).map(([reason, count]) => `${count} × ${reason}`);
  return [
    ...violations.flatMap(({ checker, message, loadBalancer, atMs, events }) => [
      `${checker} was violated at ${(atMs / 1_000).toFixed(3)} s: ${loadBalancer} ${message}`,
      ...events.map((line) => `  ${formatLine(line)}`),
    ]),
    `${scenario} ${ok ? 'passed' : 'FAILED'} in ${(tookMs / 1_000).toFixed(1)} s`,
    `  rebound                 ${spread(figures.rebindMs)}`,
    `  rebound by lease        ${spread(figures.leasedRebindMs)}`,
    `  gap in traffic          ${spread(figures.trafficGapMs)}`,
    `  gap, address by lease   ${spread(figures.leasedTrafficGapMs)}`,
    `  writes at the API       ${spread(figures.apiWriteMs)}`,
    `  requests                ${figures.requests}, ${figures.failed} failed on new connections, ${figures.failedKept} on kept ones`,
    ...(figures.heldUp === 0
      ? []
      : [
          `                          ${figures.heldUp} more while the clients' process stood still`,
        ]),
    ...(why.length === 0 ? [] : [`                          ${why.join(', ')}`]),
    `  at two hosts            ${figures.doubleServed} times, ${figures.doubleServedMs} ms`,
    ...goals.map(
      ({ what, measured, most, met }) =>
        `  goal                    ${what} ${measured ?? 'not measured'}, at most ${most}: ${met ? 'met' : 'NOT MET'}`,
    ),
  ].join('\n');
}

export function listOf(scenarios: readonly ChaosScenario[]): string {
  return scenarios
    .map(({ name, summary, promise }) => `${name}: ${summary}\n    ${promise}`)
    .join('\n');
}
