import { transitionNames } from '../coverage/index.ts';
import type { Judgement } from '../evidence/judgements.ts';
import { markKinds } from '../marks/index.ts';
import type { MeasuredRun } from './measured-run.ts';

/** Sums over runs: what is left of a run when it has been told, so that large sets need no memory. */
export class Tally {
  readonly name: string;
  runs = 0;
  passed = 0;
  virtualMs = 0;
  /** Summed over the processes that ran beside each other. */
  wallMs = 0;
  faults = 0;
  writes = 0;
  rebinds = 0;
  unservedMs = 0;
  exposureMs = 0;
  /** Runs whose hosts serve at leased addresses, and what of these was served at two places. */
  vipRuns = 0;
  twiceMs = 0;
  twiceRuns = 0;
  /** How many runs reached each mark, and took each transition. */
  readonly marks = new Map<string, number>();
  readonly transitions = new Map<string, number>();
  /** Of each checker that excuses, how often it has judged. */
  readonly judgements = new Map<string, Omit<Judgement, 'checker'>>();

  constructor(name: string) {
    this.name = name;
  }

  add({ result, faults, writes, wallMs }: MeasuredRun): void {
    this.runs += 1;
    if (result.ok) this.passed += 1;
    this.virtualMs += result.virtualMs;
    this.wallMs += wallMs;
    this.faults += faults;
    this.writes += writes;
    this.rebinds += result.rebinds;
    this.unservedMs += result.traffic.unservedMs;
    this.exposureMs += result.exposureMs;
    if (result.vips) {
      const { twiceMs } = result.traffic;
      this.vipRuns += 1;
      this.twiceMs += twiceMs;
      if (twiceMs > 0) this.twiceRuns += 1;
    }
    for (const mark of result.marks) count(this.marks, mark, 1);
    for (const transition of result.transitions) count(this.transitions, transition, 1);
    for (const { checker, ...counts } of result.judgements) this.#judge(checker, counts);
  }

  include(other: Tally): void {
    this.runs += other.runs;
    this.passed += other.passed;
    this.virtualMs += other.virtualMs;
    this.wallMs += other.wallMs;
    this.faults += other.faults;
    this.writes += other.writes;
    this.rebinds += other.rebinds;
    this.unservedMs += other.unservedMs;
    this.exposureMs += other.exposureMs;
    this.vipRuns += other.vipRuns;
    this.twiceMs += other.twiceMs;
    this.twiceRuns += other.twiceRuns;
    for (const [mark, runs] of other.marks) count(this.marks, mark, runs);
    for (const [transition, runs] of other.transitions) count(this.transitions, transition, runs);
    for (const [checker, counts] of other.judgements) this.#judge(checker, counts);
  }

  #judge(checker: string, more: Omit<Judgement, 'checker'>): void {
    const { judged, excused } = this.judgements.get(checker) ?? { judged: 0, excused: 0 };
    this.judgements.set(checker, {
      judged: judged + more.judged,
      excused: excused + more.excused,
    });
  }
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = new Tally('all');
  for (const tally of tallies) sum.include(tally);
  return sum;
}

/** The sums over a set, as the last line of `--json` tells them. */
export interface Totals {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly virtualSeconds: number;
  /** How long it took, with processes beside each other. */
  readonly wallSeconds: number;
  readonly marksHit: number;
  readonly marksTotal: number;
  readonly transitionsHit: number;
  readonly transitionsTotal: number;
}

export function totalsOf(
  { runs, passed, virtualMs, marks, transitions }: Tally,
  tookMs: number,
): Totals {
  return {
    runs,
    passed,
    failed: runs - passed,
    virtualSeconds: seconds(virtualMs),
    wallSeconds: seconds(tookMs),
    marksHit: markKinds.filter(({ name }) => marks.has(name)).length,
    marksTotal: markKinds.length,
    transitionsHit: transitionNames.filter((name) => transitions.has(name)).length,
    transitionsTotal: transitionNames.length,
  };
}

function count(counts: Map<string, number>, name: string, runs: number): void {
  counts.set(name, (counts.get(name) ?? 0) + runs);
}

/** To milliseconds, so that sums of floats read well. */
const seconds = (ms: number): number => Math.round(ms) / 1_000;
