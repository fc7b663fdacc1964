import { LoadBalancerDocument } from '../document.ts';
import { merged } from './changes.ts';
import {
  createHealthMonitor,
  deleteHealthMonitor,
  updateHealthMonitor,
} from './health-monitors.ts';
import { checkLimits } from './limits.ts';
import { checkListener } from './listener-rules.ts';
import { createListener, deleteListener, updateListener } from './listeners.ts';
import { batchMembers, createMember, deleteMember, updateMember } from './members.ts';
import type { Operation } from './operation.ts';
import { checkPool } from './pool-rules.ts';
import { createPool, deletePool, updatePool } from './pools.ts';
import { type Stamp, changed } from './stamp.ts';
import { checkIds } from './tree.ts';
import { invalid } from './words.ts';

/**
 * The document after one edit: a new object, parsed by its schema, with the generation and the time
 * of the edit on all that it touched. Throws a Fault with Octavia's status and words where the edit
 * can't be done; then nothing has changed.
 */
export function applyOperation(
  document: LoadBalancerDocument,
  operation: Operation,
  stamp: Stamp,
): LoadBalancerDocument {
  if (stamp.generation <= document.changed_generation) {
    throw new RangeError(
      `generation ${stamp.generation} is not above ${document.changed_generation}, which load ` +
        `balancer ${document.id} has already`,
    );
  }
  return checked(changed(edited(document, operation, stamp), stamp));
}

/**
 * A new load balancer's document, by the same rules as edits. The same Faults.
 */
export function checkNewDocument(document: LoadBalancerDocument): LoadBalancerDocument {
  const parsed = checked(document);
  for (const pool of parsed.pools) checkPool(pool);
  for (const listener of parsed.listeners) checkListener(parsed, listener);
  return parsed;
}

/** Throws a Fault (400) if the load balancer has children and the client did not ask for cascade. */
export function canDelete(document: LoadBalancerDocument, cascade: boolean): void {
  if (cascade || (document.listeners.length === 0 && document.pools.length === 0)) return;
  throw invalid(`Cannot delete Load Balancer ${document.id} - it has children`);
}

/** What a PUT of the load balancer itself may change. */
const mutable: readonly (keyof LoadBalancerDocument)[] = [
  'name',
  'description',
  'admin_state_up',
  'vip_qos_policy_id',
  'vip_sg_ids',
  'tags',
];

function edited(
  document: LoadBalancerDocument,
  operation: Operation,
  stamp: Stamp,
): LoadBalancerDocument {
  switch (operation.type) {
    case 'load-balancer.update':
      return merged(document, operation.changes, mutable);
    case 'listener.create':
      return createListener(document, operation, stamp);
    case 'listener.update':
      return updateListener(document, operation, stamp);
    case 'listener.delete':
      return deleteListener(document, operation);
    case 'pool.create':
      return createPool(document, operation, stamp);
    case 'pool.update':
      return updatePool(document, operation, stamp);
    case 'pool.delete':
      return deletePool(document, operation, stamp);
    case 'member.create':
      return createMember(document, operation, stamp);
    case 'member.update':
      return updateMember(document, operation, stamp);
    case 'member.delete':
      return deleteMember(document, operation, stamp);
    case 'member.batch':
      return batchMembers(document, operation, stamp);
    case 'health-monitor.create':
      return createHealthMonitor(document, operation, stamp);
    case 'health-monitor.update':
      return updateHealthMonitor(document, operation, stamp);
    case 'health-monitor.delete':
      return deleteHealthMonitor(document, operation, stamp);
  }
}

function checked(document: LoadBalancerDocument): LoadBalancerDocument {
  checkIds(document);
  checkLimits(document);
  const parsed = LoadBalancerDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${issue?.path.join('.') ?? 'document'}: ${issue?.message ?? 'does not parse'}`);
}
