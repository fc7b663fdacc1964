import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/** The newest acknowledged edit of each attribute stands, unless one of unknown outcome was made as well. */
export const noEditLost: CheckerKind = {
  name: 'no-edit-lost',
  start: ({ world, ledger, violate }) => ({
    atEnd() {
      for (const { key, value } of world.stores.desired.snapshot()) {
        const entry = ledger.get(key);
        if (entry === null) continue;
        const contradiction = entry.facts.contradiction(desiredOf(value).document);
        if (contradiction !== null) violate(contradiction, key);
      }
    },
  }),
};
