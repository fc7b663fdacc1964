import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Operation } from '../../machines/model/operations/operation.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { newDocument, newMember } from './documents.ts';

/** One request of a client, drawn before the run. */
export type Work =
  | { readonly atMs: number; readonly type: 'create'; readonly document: LoadBalancerDocument }
  | {
      readonly atMs: number;
      readonly type: 'edit';
      readonly loadBalancer: string;
      readonly operation: Operation;
    }
  | { readonly atMs: number; readonly type: 'delete'; readonly loadBalancer: string };

export interface WorkFrame {
  readonly loadBalancers: number;
  /** Creations happen until here, everything else until `untilMs`. */
  readonly createdByMs: number;
  readonly untilMs: number;
  /** How many edits each load balancer gets at most. */
  readonly editsMax: number;
  /** How many of them are deleted again. */
  readonly deletedShare: number;
}

export function drawWork(stream: RandomStream, frame: WorkFrame): readonly Work[] {
  const work: Work[] = [];
  for (let index = 0; index < frame.loadBalancers; index += 1) {
    work.push(...drawLife(stream, index, frame));
  }
  return work.toSorted((a, b) => a.atMs - b.atMs);
}

function drawLife(stream: RandomStream, index: number, frame: WorkFrame): Work[] {
  const document = newDocument(stream, index);
  const createdMs = stream.between(0, frame.createdByMs);
  const work: Work[] = [{ atMs: createdMs, type: 'create', document }];
  const edits = stream.integer(0, frame.editsMax);
  for (let edit = 0; edit < edits; edit += 1) {
    const atMs = stream.between(createdMs, frame.untilMs);
    const operation = drawOperation(stream, document, edit);
    work.push({ atMs, type: 'edit', loadBalancer: document.id, operation });
  }
  if (stream.chance(frame.deletedShare)) {
    const atMs = stream.between(createdMs, frame.untilMs);
    work.push({ atMs, type: 'delete', loadBalancer: document.id });
  }
  return work;
}

function drawOperation(
  stream: RandomStream,
  document: LoadBalancerDocument,
  number: number,
): Operation {
  const pool = stream.pick(document.pools);
  switch (stream.integer(0, 3)) {
    case 0: {
      const member = stream.pick(pool.members);
      const changes = { weight: stream.integer(0, 256) };
      return { type: 'member.update', poolId: pool.id, id: member.id, changes };
    }
    case 1:
      // Above the ports of the members that were there from the start.
      return { type: 'member.create', poolId: pool.id, member: newMember(stream, 100 + number) };
    default:
      return {
        type: 'load-balancer.update',
        changes: { description: `edit ${number + 1} of ${document.name}` },
      };
  }
}
