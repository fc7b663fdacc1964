import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/** The newest acknowledged edit stands, unless a later one of unknown outcome was made as well. */
export const noEditLost: CheckerKind = {
  name: 'no-edit-lost',
  start: ({ world, ledger, violate }) => ({
    atEnd() {
      for (const { key, value } of world.stores.desired.snapshot()) {
        const entry = ledger.get(key);
        if (entry === null) continue;
        const { description } = desiredOf(value).document;
        if (description === entry.description) continue;
        if (entry.possibleDescriptions.has(description)) continue;
        violate(
          `its description is '${description}', and the acknowledged one is '${entry.description}'`,
          key,
        );
      }
    },
  }),
};
