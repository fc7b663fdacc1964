import { boundAtTheEnd, whyNotBound } from '../checkers/bound-at-the-end.ts';
import type { JudgedContext, SharedCheckerKind } from '../checkers/checker.ts';
import { contentNeverGoesBack } from '../checkers/content-never-goes-back.ts';
import { deviceEqualsDesired, differences } from '../checkers/device-equals-desired.ts';
import { epochsNeverDecrease } from '../checkers/epochs-never-decrease.ts';
import { noLoadBalancerLost } from '../checkers/no-load-balancer-lost.ts';
import { noResurrection } from '../checkers/no-resurrection.ts';
import { noServerErrors } from '../checkers/no-server-errors.ts';
import { oneHolderPerEpoch } from '../checkers/one-holder-per-epoch.ts';
import { oneLoadBalancerPerAddress } from '../checkers/one-load-balancer-per-address.ts';
import { oneOwnerPerTerm } from '../checkers/one-owner-per-term.ts';
import { oneServerPerVip } from '../checkers/one-server-per-vip.ts';
import type { Chronicle } from '../chronicle.ts';
import type { Judged, JudgedController } from '../evidence/judged.ts';
import type { Violation } from '../simulate.ts';
import type { Ledger } from '../workload/ledger.ts';
import type { Timeline } from './timeline.ts';

/** The simulator's own checkers, as far as real processes tell what they look at. */
export const sharedCheckers: readonly SharedCheckerKind[] = [
  boundAtTheEnd,
  contentNeverGoesBack,
  deviceEqualsDesired,
  epochsNeverDecrease,
  noLoadBalancerLost,
  noResurrection,
  noServerErrors,
  oneHolderPerEpoch,
  oneLoadBalancerPerAddress,
  oneOwnerPerTerm,
  oneServerPerVip,
];

/** How many events are shown with a violation, and how many violations of one checker. */
const leadCount = 12;
const violationsMax = 20;

export interface JudgeOptions {
  readonly world: Judged;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly chronicle: Chronicle;
  readonly agents: readonly string[];
}

/** Has the checkers look at a run of real processes. */
export class Judge {
  readonly violations: Violation[] = [];
  /** What each controller shows; fetched before anybody looks at the whole. */
  controllers: readonly JudgedController[] = [];
  readonly #options: JudgeOptions;
  readonly #finish: (() => void)[] = [];

  constructor(options: JudgeOptions) {
    this.#options = options;
    for (const kind of sharedCheckers) {
      const { onEvent, atEnd } = kind.start(this.#contextFor(kind.name));
      if (onEvent !== undefined) options.timeline.observe(onEvent);
      if (atEnd !== undefined) this.#finish.push(atEnd);
    }
  }

  /** Why not all is where it belongs; null where it is. */
  whyUnsettled(): string | null {
    const { world, agents, ledger } = this.#options;
    if (this.controllers.length === 0) return 'no controller answers';
    for (const { loadBalancers } of this.controllers) {
      for (const { id } of ledger.entries()) {
        const view = loadBalancers.get(id);
        const why = view === null ? 'is not shown' : whyNotBound(world, agents, view);
        if (why !== null) return `${id}: ${why}`;
      }
    }
    const [first] = differences(world, agents);
    return first === undefined ? null : `${first.id}: ${first.problem}`;
  }

  atEnd(): void {
    for (const finish of this.#finish) finish();
  }

  violate(checker: string, message: string, loadBalancer = ''): void {
    const { timeline, chronicle } = this.#options;
    if (this.violations.filter((each) => each.checker === checker).length >= violationsMax) return;
    const events = chronicle.leadingTo(loadBalancer, leadCount);
    this.violations.push({
      checker,
      message,
      loadBalancer,
      atMs: Math.round(timeline.nowMs),
      events,
    });
  }

  #contextFor(checker: string): JudgedContext {
    const { world, ledger, agents } = this.#options;
    const violate = (message: string, loadBalancer = ''): void =>
      this.violate(checker, message, loadBalancer);
    return {
      world,
      ledger,
      core: () => agents,
      controllers: () => this.controllers,
      violate,
      violateAndMeasure: violate,
      judges: (isExcused) => !isExcused,
    };
  }
}
