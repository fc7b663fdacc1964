import type { RandomStream } from '../world/random-streams.ts';
import type { Inventory } from '../world/topology.ts';
import type { World } from '../world/world.ts';

/** One fault of a schedule: data, so that a schedule can be shown, kept, edited and shortened. */
export interface Fault {
  readonly kind: string;
  readonly atMs: number;
  /** 0: it happens and is over; null: it stays for good. */
  readonly forMs: number | null;
  /** What it befalls; empty where there is only one. */
  readonly target: string;
  /** More words for its kind: a direction, a reason, a bucket. */
  readonly variant: string;
}

/** The processes that are not broken for good, and the hosts without any that is. */
export type Core = Omit<Inventory, 'devices'>;

/** What faults may befall, by name. */
export interface Targets extends Inventory {
  /** The names of the load balancers that clients create. */
  readonly loadBalancers: readonly string[];
}

/** Within which a schedule is drawn. */
export interface FaultFrame extends Targets {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What is wrong with a fault that a person wrote, and what would be right. */
export interface FaultProblem {
  readonly key: 'target' | 'variant' | 'for';
  readonly message: string;
}

/** A kind of fault: one file, and one line in the index. */
export interface FaultKind {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly summary: string;
  /** It befalls only what serves at addresses that move by lease. */
  readonly needsVips?: true;
  /** It means something only where a scenario of its own leads to it. */
  readonly isOutOfMixtures?: true;
  draw(stream: RandomStream, frame: FaultFrame): Fault;
  /** Null where a world of these parts can suffer it. */
  problem(fault: Fault, targets: Targets): FaultProblem | null;
  start(world: World, fault: Fault): void;
  stop(world: World, fault: Fault): void;
  /** Of what happens at once, and befalls the next so many calls: is some of it still to come? */
  isPending?(world: World, fault: Fault): boolean;
  /**
   * At the end of all faults: makes whole what this kind may have left behind, but only for the core,
   * the processes that are not broken for good.
   */
  heal(world: World, core: Core): void;
  /** The processes that are never well again where it lasts for ever; without it, its target. */
  breaks?(fault: Fault, world: World): readonly string[];
  /** Where the report draws it: a process, or one of the rows that all share. */
  row(fault: Fault): string;
}

/** Rows of the report that are no process. */
export const storeRow = 'store';
export const deviceRow = 'device';
export const networkRow = 'network';

/** When a fault of this kind begins and how long it lasts: within the frame. */
export function span(
  stream: RandomStream,
  frame: FaultFrame,
  [shortestMs, longestMs]: readonly [number, number],
): { readonly atMs: number; readonly forMs: number } {
  const atMs = stream.between(frame.fromMs, frame.untilMs);
  const forMs = Math.min(stream.between(shortestMs, longestMs), frame.untilMs - atMs);
  return { atMs, forMs };
}
