import type { RandomStream } from '../world/random-streams.ts';
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

/** Within which a schedule is drawn. */
export interface FaultFrame {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly agents: readonly string[];
  readonly controllers: readonly string[];
}

/** A kind of fault: one file, and one line in the index. */
export interface FaultKind {
  readonly name: string;
  draw(stream: RandomStream, frame: FaultFrame): Fault;
  begin(world: World, fault: Fault): void;
  end(world: World, fault: Fault): void;
}

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
