import type { Fault } from '../faults/fault.ts';
import type { Plan } from '../scenarios/scenario.ts';

/** Durations below this say nothing more when they are made shorter. */
const leastMs = 10;

/** Makes one thing of a plan shorter or rounder; null where it is as short and round as it gets. */
export type Change = (plan: Plan) => Plan | null;

/** The changes to try, in order: the end of the whole, then the durations and times of its faults. */
export function shorterPlans(plan: Plan): readonly Change[] {
  const faults = plan.faults.flatMap((_, index) => [
    onFault(index, halved),
    onFault(index, rounded),
  ]);
  return [endEarlier, ...faults, roundWork];
}

/** Ends when the last thing has been done. */
const endEarlier: Change = (plan) => {
  const ends = [
    ...plan.faults.map(({ atMs, forMs }) => atMs + (forMs ?? 0)),
    ...plan.work.map(({ atMs }) => atMs),
  ];
  const untilMs = Math.ceil(Math.max(0, ...ends));
  return untilMs < plan.untilMs ? { ...plan, untilMs } : null;
};

/** Whole milliseconds read better. Never later than before, so that nothing outlasts the plan. */
const roundWork: Change = (plan) => {
  const work = plan.work.map((each) => ({ ...each, atMs: Math.floor(each.atMs) }));
  return work.some(({ atMs }, index) => atMs !== plan.work[index]?.atMs) ? { ...plan, work } : null;
};

function halved(fault: Fault): Fault | null {
  if (fault.forMs === null || fault.forMs < 2 * leastMs) return null;
  return { ...fault, forMs: Math.floor(fault.forMs / 2) };
}

function rounded(fault: Fault): Fault | null {
  const atMs = Math.floor(fault.atMs);
  const forMs = fault.forMs === null ? null : Math.floor(fault.forMs);
  // A duration of 0 means something else: that nobody ends it.
  if (forMs === 0 && fault.forMs !== 0) return null;
  return atMs === fault.atMs && forMs === fault.forMs ? null : { ...fault, atMs, forMs };
}

function onFault(index: number, change: (fault: Fault) => Fault | null): Change {
  return (plan) => {
    const fault = plan.faults[index];
    const changed = fault === undefined ? null : change(fault);
    return changed === null ? null : { ...plan, faults: plan.faults.with(index, changed) };
  };
}
