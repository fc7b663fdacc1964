import { ShardRecord } from '../../src/controller/shards/shard-keeper.ts';
import type { SharedCheckerKind } from './checker.ts';

/**
 * Each change of a shard's hands takes a new term, so a term means one owner, for ever: but for terms that
 * the store has lost, of which those who come later can't know.
 */
export const oneOwnerPerTerm: SharedCheckerKind = {
  name: 'one-owner-per-term',
  start({ violate }) {
    const terms = new Map<string, { readonly term: number; readonly owner: string | null }>();
    return {
      onEvent(event) {
        if (event.type === 'lost' && event.bucket === 'shards') terms.delete(event.key);
        if (event.type !== 'stored' || event.bucket !== 'shards') return;
        const { change } = event;
        if (change.type !== 'put') return;
        const { term, owner } = ShardRecord.parse(JSON.parse(change.value));
        const before = terms.get(change.key);
        terms.set(change.key, { term, owner });
        if (before === undefined || term > before.term) return;
        // Written anew by its owner, whose authority lasts by that.
        if (term === before.term && owner !== null && owner === before.owner) return;
        violate(
          `${change.key}: ${owner ?? 'nobody'} owns it in term ${term}, and ${before.owner ?? 'nobody'} did in term ${before.term}`,
        );
      },
    };
  },
};
