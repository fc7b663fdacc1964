import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { DesiredRecord } from '../../../machines/protocol/load-balancer-messages.ts';
import { generationsAheadMax } from '../../../machines/protocol/seat.ts';
import type { Body } from '../records/desired-documents.ts';

/** The one of an edit: also above what its actor knows, where the store has lost newer edits, else it would pass for one. */
export function nextGeneration(
  { generation }: Pick<DesiredRecord, 'generation'>,
  known: Pick<LoadBalancerContext, 'generation' | 'appliedGeneration'> | null,
): number {
  const seen = Math.max(known?.generation ?? 0, known?.appliedGeneration ?? 0);
  return (seen > generation + generationsAheadMax ? generation : Math.max(generation, seen)) + 1;
}

/**
 * The record with a generation above one that was seen, because it has lost edits: what is being deleted
 * stays so. Null where it is above already.
 */
export function issuedAbove(
  record: DesiredRecord,
  seen: number,
  status: DesiredRecord['status'],
): Body | null {
  const isLost = record.status === 'live' && status === 'deleting';
  if (record.generation > seen || (record.generation === seen && !isLost)) return null;
  const generation = seen + 1;
  return {
    status: isLost ? 'deleting' : record.status,
    generation,
    driver: record.driver,
    document: { ...record.document, changed_generation: generation },
  };
}
