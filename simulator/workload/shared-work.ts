import type { RandomStream } from '../world/random-streams.ts';
import { SharedDraft } from './shared-draft.ts';
import { nameOf, type Work } from './work.ts';

export interface SharedWorkFrame {
  readonly loadBalancers: number;
  readonly hands: number;
  /** Creations happen until here, everything else until `untilMs`. */
  readonly createdByMs: number;
  readonly untilMs: number;
  /** How often all hands work at a load balancer at the same time. */
  readonly meetings: number;
  /** How far apart they begin then. */
  readonly withinMs: number;
  /** How many load balancers are deleted at once, and how many are emptied and then deleted. */
  readonly deletedShare: number;
  readonly emptiedShare: number;
}

/** How much time all that it takes to empty one gets. */
const emptyingMs = 8_000;
/** How often somebody tries to delete what still has children. */
const plainShare = 0.05;

/** Several clients that work at the same load balancers at the same time. The first of them creates them. */
export function drawSharedWork(
  stream: RandomStream,
  frame: SharedWorkFrame,
  provider: () => string,
): readonly Work[] {
  const work: Work[] = [];
  for (let index = 0; index < frame.loadBalancers; index += 1) {
    work.push(...drawSharedLife(stream, nameOf(index), frame, provider()));
  }
  return work.toSorted((a, b) => a.atMs - b.atMs);
}

function* drawSharedLife(
  stream: RandomStream,
  loadBalancer: string,
  { hands, createdByMs, untilMs, meetings, withinMs, ...shares }: SharedWorkFrame,
  provider: string,
): Generator<Work> {
  const draft = new SharedDraft(stream);
  const createdMs = stream.between(0, createdByMs);
  const attributes = { ...draft.attributes, provider };
  yield { atMs: createdMs, loadBalancer, hand: 1, type: 'create', attributes };
  const times = Array.from({ length: meetings }, () => stream.between(createdMs, untilMs));
  for (const meetingMs of times.toSorted((a, b) => a - b)) {
    for (let hand = 1; hand <= hands; hand += 1) {
      const atMs = Math.min(untilMs, meetingMs + stream.between(0, withinMs));
      const task = { atMs, loadBalancer, hand };
      if (stream.chance(plainShare)) yield { ...task, type: 'delete', plain: true };
      else yield { ...task, type: 'edit', change: draft.change() };
    }
  }
  const hand = stream.integer(1, hands);
  if (stream.chance(shares.deletedShare)) {
    yield { atMs: stream.between(createdMs, untilMs), loadBalancer, hand, type: 'delete' };
  } else if (stream.chance(shares.emptiedShare)) {
    const fromMs = untilMs - emptyingMs;
    for (const change of draft.emptying) {
      yield { atMs: fromMs, loadBalancer, hand, type: 'edit', change };
    }
    yield { atMs: untilMs, loadBalancer, hand, type: 'delete', plain: true };
  }
}
