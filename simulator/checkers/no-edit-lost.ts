import { desiredOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/**
 * The newest acknowledged edit of each attribute stands, unless one of unknown outcome was made as well, or
 * the store itself has lost it.
 */
export const noEditLost: CheckerKind = {
  name: 'no-edit-lost',
  start: ({ world, ledger, violate }) => ({
    atEnd() {
      for (const { id, wronglyDone } of ledger.entries()) {
        if (world.losses.of('desired', id).length > 0) continue;
        for (const problem of wronglyDone) violate(problem, id);
      }
      for (const { key, value } of world.stores.desired.snapshot()) {
        const entry = ledger.get(key);
        if (entry === null) continue;
        const restored = world.losses
          .of('desired', key)
          .flatMap(({ now }) => (now?.type === 'put' ? desiredOf(now.value).document : []));
        const contradiction = entry.facts.contradiction(desiredOf(value).document, restored);
        if (contradiction !== null) violate(contradiction, key);
      }
    },
  }),
};
