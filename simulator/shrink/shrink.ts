import type { Plan } from '../scenarios/scenario.ts';
import { type RunOptions, type RunResult, simulate, sizeOf } from '../simulate.ts';
import type { Work } from '../workload/work.ts';
import { ddmin } from './ddmin.ts';
import { shorterPlans } from './shorter.ts';

/** How many runs one search may take. What it has found until then is still a plan that fails. */
export const shrinkRunsMax = 400;

export interface Shrunk {
  readonly plan: Plan;
  /** The run of that plan. */
  readonly result: RunResult;
  /** The checker that the plan still violates. */
  readonly checker: string;
  readonly runs: number;
  /** Whether the search ended by itself, and not by its limit. */
  readonly complete: boolean;
}

/**
 * The smallest plan, as far as the search finds it, that still violates the first checker that `plan`
 * violated in `result`: fewer faults, then less work, then shorter. The same input gives the same
 * answer, since a run is a function of its seed and its plan.
 */
export async function shrink(run: RunOptions, plan: Plan, result: RunResult): Promise<Shrunk> {
  const [violation] = result.violations;
  if (violation === undefined) throw new Error('a run that passed has nothing to be shrunk');
  const search = new Search(run, violation.checker, plan, result);
  // What is no longer needed at the end may have been before the work was less, so once more.
  for (let round = 0; round < 2; round += 1) {
    await search.dropFaults();
    await search.dropWork();
  }
  await search.shorten();
  return search.found();
}

class Search {
  readonly #run: RunOptions;
  readonly #checker: string;
  #best: Plan;
  #result: RunResult;
  #runs = 0;

  constructor(run: RunOptions, checker: string, plan: Plan, result: RunResult) {
    // Only its plan and its verdict matter; nobody watches hundreds of runs.
    const { seed, scenario, parts, timings } = run;
    this.#run = {
      seed,
      scenario,
      ...sizeOf(run),
      ...(parts === undefined ? {} : { parts }),
      ...(timings === undefined ? {} : { timings }),
    };
    this.#checker = checker;
    this.#best = plan;
    this.#result = result;
  }

  async dropFaults(): Promise<void> {
    const plan = this.#best;
    await ddmin(plan.faults, (faults) => this.#fails({ ...plan, faults }));
  }

  /** Whole load balancers first, since a creation is no use without what is done to it. */
  async dropWork(): Promise<void> {
    const { work } = this.#best;
    const names = [...new Set(work.map(({ loadBalancer }) => loadBalancer))];
    await ddmin(names, (kept) => {
      const wanted = new Set(kept);
      const left = work.filter(({ loadBalancer }) => wanted.has(loadBalancer));
      return this.#fails({ ...this.#best, work: left });
    });
    const left = this.#best.work;
    const creates = left.filter(({ type }) => type === 'create');
    const others = left.filter(({ type }) => type !== 'create');
    await ddmin(others, (kept) => {
      const wanted = new Set<Work>([...creates, ...kept]);
      return this.#fails({ ...this.#best, work: left.filter((each) => wanted.has(each)) });
    });
  }

  /** Takes each shorter plan that still fails, until none does. */
  async shorten(): Promise<void> {
    let changed = true;
    while (changed && this.#runs < shrinkRunsMax) {
      changed = false;
      for (const change of shorterPlans(this.#best)) {
        const plan = change(this.#best);
        if (plan !== null && (await this.#fails(plan))) changed = true;
      }
    }
  }

  found(): Shrunk {
    return {
      plan: this.#best,
      result: this.#result,
      checker: this.#checker,
      runs: this.#runs,
      complete: this.#runs < shrinkRunsMax,
    };
  }

  /** Every plan that fails is smaller than the best one so far, and takes its place. */
  async #fails(plan: Plan): Promise<boolean> {
    if (this.#runs >= shrinkRunsMax) return false;
    this.#runs += 1;
    const result = await simulate({ ...this.#run, plan });
    const fails = result.violations[0]?.checker === this.#checker;
    if (fails) {
      this.#best = plan;
      this.#result = result;
    }
    return fails;
  }
}
