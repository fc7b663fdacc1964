import type { Fault } from '../faults/fault.ts';
import type { RandomStream } from '../world/random-streams.ts';
import type { Work } from '../workload/work.ts';

/** The size of a run. */
export interface Size {
  readonly agents: number;
  /** How many controllers share the work; three where it is left out. */
  readonly controllers?: number;
  readonly loadBalancers: number;
}

/** Everything that will be done to a world, drawn before it runs. */
export interface Plan {
  readonly work: readonly Work[];
  readonly faults: readonly Fault[];
  /** When the last fault has ended; from then on nothing is done to the world. */
  readonly untilMs: number;
}

/** What a plan is drawn for. */
export interface PlanFrame {
  readonly loadBalancers: number;
  /** The agents. */
  readonly ids: readonly string[];
  readonly controllerIds: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  plan(stream: (name: string) => RandomStream, frame: PlanFrame): Plan;
}
