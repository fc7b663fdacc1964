import type { Fault } from '../faults/fault.ts';
import type { RandomStream } from '../world/random-streams.ts';
import type { Work } from '../workload/work.ts';

/** The size of a run. */
export interface Size {
  readonly agents: number;
  readonly loadBalancers: number;
}

/** Everything that will be done to a world, drawn before it runs. */
export interface Plan {
  readonly work: readonly Work[];
  readonly faults: readonly Fault[];
  /** When the last fault has ended; from then on nothing is done to the world. */
  readonly untilMs: number;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  plan(stream: (name: string) => RandomStream, size: Size & { ids: readonly string[] }): Plan;
}
