import type { RandomStream } from '../world/random-streams.ts';
import { Draft } from './draft.ts';
import type { Attributes, ResourceName } from './resources.ts';

/** What an edit does to the load balancer or to one of its children. */
export interface Change extends ResourceName {
  readonly verb: 'create' | 'update' | 'delete';
  readonly attributes: Attributes;
}

/** Such as `update member pool/member-1`. */
export const changeWords = ({ verb, kind, name }: Change): string =>
  `${verb} ${kind} ${name}`.trimEnd();

/** One piece of a client's work, drawn before the run. Each load balancer has a name of its own. */
export type Work = { readonly atMs: number; readonly loadBalancer: string } & (
  | { readonly type: 'create'; readonly attributes: Attributes }
  | { readonly type: 'edit'; readonly change: Change }
  | { readonly type: 'delete' }
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
}

/** How many load balancers are created bare, and get their children one by one. */
const bareShare = 0.2;
/** How long a client takes from one child to the next. */
const betweenChildrenMs = [50, 1_500] as const;

export function drawWork(stream: RandomStream, frame: WorkFrame): readonly Work[] {
  const work: Work[] = [];
  for (let index = 0; index < frame.loadBalancers; index += 1) {
    work.push(...drawLife(stream, `lb-${index + 1}`, frame));
  }
  return work.toSorted((a, b) => a.atMs - b.atMs);
}

function drawLife(stream: RandomStream, loadBalancer: string, frame: WorkFrame): Work[] {
  const { createdByMs, untilMs, editsMax, deletedShare } = frame;
  const createdMs = stream.between(0, createdByMs);
  const draft = new Draft(stream, stream.chance(bareShare));
  const work: Work[] = [
    { atMs: createdMs, loadBalancer, type: 'create', attributes: draft.attributes },
  ];
  let completeMs = createdMs;
  for (const change of draft.completing()) {
    completeMs = Math.min(untilMs, completeMs + stream.between(...betweenChildrenMs));
    work.push({ atMs: completeMs, loadBalancer, type: 'edit', change });
  }
  const times = Array.from({ length: stream.integer(0, editsMax) }, () =>
    stream.between(completeMs, untilMs),
  );
  // In order of time, because each change is drawn for what the ones before it have left.
  for (const atMs of times.toSorted((a, b) => a - b)) {
    work.push({ atMs, loadBalancer, type: 'edit', change: draft.change() });
  }
  if (stream.chance(deletedShare)) {
    work.push({ atMs: stream.between(createdMs, untilMs), loadBalancer, type: 'delete' });
  }
  return work;
}
