import type { RandomStream } from '../world/random-streams.ts';
import type { Change } from './change.ts';
import { Draft } from './draft.ts';
import type { Attributes } from './resources.ts';

/** Whose work it is, and when. */
interface Task {
  readonly atMs: number;
  /** Each load balancer has a name of its own. */
  readonly loadBalancer: string;
  /** Where several clients work at one load balancer, which one; each waits for its own answers only. */
  readonly hand?: number;
}

/** One piece of a client's work, drawn before the run. */
export type Work = Task &
  (
    | { readonly type: 'create'; readonly attributes: Attributes }
    | { readonly type: 'edit'; readonly change: Change }
    /** Plain: only if it has no children any more. */
    | { readonly type: 'delete'; readonly plain?: true }
  );

export interface WorkFrame {
  readonly loadBalancers: number;
  /** Creations happen until here, everything else until `untilMs`. */
  readonly createdByMs: number;
  readonly untilMs: number;
  /** How many edits each load balancer gets at most, beside those that complete it. */
  readonly editsMax: number;
  /** How many of them are deleted again. */
  readonly deletedShare: number;
  /** Where given, edits and deletions fall upon trouble and not anywhere. */
  readonly upon?: Upon;
}

/** Moments of trouble: what is asked for just then is the most likely to go wrong. */
export interface Upon {
  readonly momentsMs: readonly number[];
  /** How long before and after one of them it is asked for. */
  readonly aroundMs: readonly [number, number];
  /** Of how much of the work that is true. */
  readonly share: number;
}

/** How many load balancers are created bare, and get their children one by one. */
const bareShare = 0.2;
/** How long a client takes from one child to the next. */
const betweenChildrenMs = [50, 1_500] as const;

/** What the load balancers of drawn work are called. */
export const nameOf = (index: number): string => `lb-${index + 1}`;

/** Which share of the load balancers is given to other drivers than the appliance's. */
export interface ProviderShares {
  readonly host?: number | undefined;
  readonly marker?: number | undefined;
  readonly vip?: number | undefined;
  readonly unfenced?: number | undefined;
}

/** Draws a provider for one load balancer after the other. */
export function drawProviders(
  stream: RandomStream,
  { host = 0, marker = 0, vip = 0, unfenced = 0 }: ProviderShares,
): () => string {
  return () => {
    const drawn = stream.next();
    if (drawn < host) return 'host';
    if (drawn < host + marker) return 'marker';
    if (drawn < host + marker + vip) return 'vip';
    return drawn < host + marker + vip + unfenced ? 'unfenced' : 'memory';
  };
}

export function drawWork(
  stream: RandomStream,
  frame: WorkFrame,
  provider: () => string = () => 'memory',
): readonly Work[] {
  const work: Work[] = [];
  for (let index = 0; index < frame.loadBalancers; index += 1) {
    work.push(...drawLife(stream, nameOf(index), frame, provider()));
  }
  return work.toSorted((a, b) => a.atMs - b.atMs);
}

function drawLife(
  stream: RandomStream,
  loadBalancer: string,
  frame: WorkFrame,
  provider: string,
): Work[] {
  const { createdByMs, untilMs, editsMax, deletedShare } = frame;
  const createdMs = stream.between(0, createdByMs);
  const draft = new Draft(stream, stream.chance(bareShare));
  const attributes = { ...draft.attributes, provider };
  const work: Work[] = [{ atMs: createdMs, loadBalancer, type: 'create', attributes }];
  let completeMs = createdMs;
  for (const change of draft.completing()) {
    completeMs = Math.min(untilMs, completeMs + stream.between(...betweenChildrenMs));
    work.push({ atMs: completeMs, loadBalancer, type: 'edit', change });
  }
  const times = Array.from({ length: stream.integer(0, editsMax) }, () =>
    drawTime(stream, completeMs, frame),
  );
  // In order of time, because each change is drawn for what the ones before it have left.
  for (const atMs of times.toSorted((a, b) => a - b)) {
    work.push({ atMs, loadBalancer, type: 'edit', change: draft.change() });
  }
  if (stream.chance(deletedShare)) {
    work.push({ atMs: drawTime(stream, createdMs, frame), loadBalancer, type: 'delete' });
  }
  return work;
}

function drawTime(stream: RandomStream, fromMs: number, { untilMs, upon }: WorkFrame): number {
  const anywhereMs = stream.between(fromMs, untilMs);
  if (upon === undefined || !stream.chance(upon.share)) return anywhereMs;
  const moments = upon.momentsMs.filter((atMs) => atMs > fromMs && atMs < untilMs);
  if (moments.length === 0) return anywhereMs;
  const [beforeMs, afterMs] = upon.aroundMs;
  const atMs = stream.pick(moments) + stream.between(-beforeMs, afterMs);
  return Math.min(Math.max(atMs, fromMs), untilMs);
}
