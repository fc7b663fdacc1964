import { delay } from '../../machines/ports/clock.ts';
import type { AgentLoad } from './agent-load.ts';
import { type Latency, latencyOf } from './apply-latency.ts';
import { sharedClock as clock } from './shared-clock.ts';
import { rounded } from './statistics.ts';

const firstPerSecond = 1;
/** Beyond it the one who asks for edits would be measured. */
export const mostPerSecond = 1_024;
/** After the doubling: how often the gap between a rate that was kept up with and one that was not is halved. */
const refinements = 2;
/** Of what came, so much may be left over: the arrivals and the ends do not fall evenly. */
const leftOverPart = 0.1;
const leftOverLeast = 2;
const drainMs = 120_000;
const shortestPauseMs = 2;

/** What became of edits that came at one rate, whether the former ones were done or not. */
export interface RateStep {
  readonly perSecond: number;
  readonly keptUp: boolean;
  /** In the second half. */
  readonly donePerSecond: number;
  /** By how many edits the backlog grew in the second half. */
  readonly grewBy: number;
  /** From when an edit came; null where none was done. */
  readonly latency: Latency | null;
}

/**
 * Edits come at a rate that is doubled until the backlog grows, and then between the last two rates. The
 * backlog is worked off after each that was too much.
 */
export async function growingRate(load: AgentLoad, stepMs: number): Promise<readonly RateStep[]> {
  const steps: RateStep[] = [];
  let kept = 0;
  let tooMuch = Infinity;
  let perSecond = firstPerSecond;
  for (let refined = 0; perSecond <= mostPerSecond && refined <= refinements;) {
    const step = await atRate(load, perSecond, stepMs);
    steps.push(step);
    if (step.keptUp) kept = perSecond;
    else tooMuch = perSecond;
    if (tooMuch === Infinity) {
      perSecond = 2 * perSecond;
      continue;
    }
    await drained(load);
    perSecond = rounded(Math.sqrt(Math.max(kept, firstPerSecond / 2) * tooMuch));
    refined += 1;
  }
  return steps;
}

async function atRate(load: AgentLoad, perSecond: number, stepMs: number): Promise<RateStep> {
  const startedMs = clock.monotonicMs();
  const before = load.tookMs.length;
  let came = 0;
  let half: { came: number; done: number; backlog: number } | null = null;
  for (;;) {
    const sinceMs = clock.monotonicMs() - startedMs;
    if (half === null && sinceMs >= stepMs / 2) {
      half = { came, done: load.tookMs.length, backlog: load.backlog };
    }
    if (half !== null && sinceMs >= stepMs) break;
    const due = Math.floor((Math.min(sinceMs, stepMs) * perSecond) / 1_000);
    for (; came < due; came += 1) load.edit();
    const nextMs = ((came + 1) * 1_000) / perSecond - sinceMs;
    await delay(
      clock,
      Math.max(shortestPauseMs, Math.min(nextMs, stepMs / 2 - (sinceMs % (stepMs / 2)))),
    );
  }
  const grewBy = load.backlog - half.backlog;
  const done = load.tookMs.slice(before);
  return {
    perSecond,
    keptUp: grewBy <= Math.max(leftOverLeast, leftOverPart * (came - half.came)),
    donePerSecond: rounded((load.tookMs.length - half.done) / (stepMs / 2_000)),
    grewBy,
    latency: done.length === 0 ? null : latencyOf(done),
  };
}

async function drained(load: AgentLoad): Promise<void> {
  const endMs = clock.monotonicMs() + drainMs;
  while (load.backlog > 0) {
    if (clock.monotonicMs() > endMs) {
      throw new Error(`${load.backlog} edits are still not done after ${drainMs} ms`);
    }
    await delay(clock, 50);
  }
}
