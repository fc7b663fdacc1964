import type { Timings } from '../../machines/timings/timings.ts';
import type { CheckerKind } from '../checkers/checker.ts';
import type { Fault, FaultFrame } from '../faults/fault.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { nameOf, type Work } from '../workload/work.ts';
import type { Topology } from '../world/topology.ts';

/** The size of a run. */
export interface Size extends Topology {
  readonly loadBalancers: number;
}

/** Enough for one controller to be dead while two others disagree, and for agents to share a load. */
export const defaultSize: Size = { controllers: 3, agents: 5, agentsPerHost: 2, loadBalancers: 50 };

/** Most bugs of distributed systems show with three of each, and then the story stays readable. */
export const smallSize: Size = { controllers: 3, agents: 3, agentsPerHost: 2, loadBalancers: 6 };

/** Everything that will be done to a world, drawn before it runs. */
export interface Plan {
  readonly work: readonly Work[];
  readonly faults: readonly Fault[];
  /** When the last fault has ended; from then on nothing is done to the world. */
  readonly untilMs: number;
  /** Agents that are not there when the world begins: a fault's end may start them. */
  readonly absent?: readonly string[];
}

/** What a plan is drawn for. */
export interface PlanFrame {
  readonly loadBalancers: number;
  /** The agents. */
  readonly ids: readonly string[];
  readonly controllerIds: readonly string[];
  readonly hosts: readonly string[];
  readonly devices: readonly string[];
  /** Do hosts serve at addresses that move by lease? */
  readonly vips: boolean;
  /** Is there an appliance that refuses nobody? */
  readonly unfenced: boolean;
}

/** Between which times, and to what, the faults of a plan may happen. */
export function faultFrame(frame: PlanFrame, fromMs: number, untilMs: number): FaultFrame {
  const { ids: agents, controllerIds: controllers, hosts, devices } = frame;
  const loadBalancers = Array.from({ length: frame.loadBalancers }, (_, index) => nameOf(index));
  return { fromMs, untilMs, agents, controllers, hosts, devices, loadBalancers };
}

export interface Scenario {
  readonly name: string;
  /** What happens, in a few words. */
  readonly summary: string;
  /** What must hold, in a sentence: in plain words, what its checkers look for. */
  readonly promise: string;
  readonly size: Size;
  /** By which everybody goes where nobody asks for others; the preset for local networks without it. */
  readonly timings?: Timings;
  /** Draws the size of each seed's world, where they differ. */
  drawSize?(stream: RandomStream): Size;
  /** Draws what each seed's world has beside its size, where that differs. */
  drawFeatures?(stream: RandomStream): Partial<Size>;
  plan(stream: (name: string) => RandomStream, frame: PlanFrame): Plan;
  /** What only this scenario promises; every run has the checkers of the folder anyway. */
  readonly checkers?: readonly CheckerKind[];
}
