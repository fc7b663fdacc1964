import type { MonotonicMs } from '../../machines/ports/clock.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { Mandate, type MandateOptions } from '../../src/controller/shards/mandate.ts';

type Kind = new (options: MandateOptions) => Mandate;

const judgesBy =
  (Own: Kind) =>
  (options: ControllerOptions): ControllerOptions => ({
    ...options,
    mandate: (own) => new Own(own),
  });

/** A judge that believes for ever that it has what it once had. */
export const keepsItsAuthority = judgesBy(
  class extends Mandate {
    override holds(): boolean {
      return true;
    }
  },
);

/** A judge that gives leases before the record says that it is the one who does. */
export const takesNothingOver = judgesBy(
  class extends Mandate {
    readonly #own: MandateOptions;

    constructor(options: MandateOptions) {
      super(options);
      this.#own = options;
    }

    override holds(agent: string): boolean {
      return this.#own.authority().holds(subjects.shardOf(agent, this.#own.shards));
    }

    override take(): void {
      // Nothing is written.
    }

    override termFor(agent: string): number {
      return this.#own.host().context(agent)?.term ?? 0;
    }
  },
);

/** A judge that trusts in its agents to take no lease of the judge before it. */
export const waitsForNobody = judgesBy(
  class extends Mandate {
    override othersUntil(): MonotonicMs {
      return 0 as MonotonicMs;
    }
  },
);
