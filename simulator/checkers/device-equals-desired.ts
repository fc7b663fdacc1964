import { isDeepStrictEqual } from 'node:util';
import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/** After healing and quiet, the device holds what is wanted, and nothing of what was deleted. */
export const deviceEqualsDesired: CheckerKind = {
  name: 'device-equals-desired',
  start: ({ world, ledger, violate }) => ({
    atEnd() {
      const wanted = new Map(
        world.stores.desired.snapshot().map(({ key, value }) => [key, desiredOf(value)]),
      );
      for (const [id, { document, generation, status }] of wanted) {
        if (status !== 'live') continue;
        const held = world.appliance.peek(id);
        const content = world.appliance.content(id);
        if (held === null || content === null) violate('the device does not have it', id);
        else if (!isDeepStrictEqual(content, document)) {
          violate(
            `the device has generation ${content.changed_generation}, and it differs from generation ${generation}`,
            id,
          );
        } else if (!held.running) violate('the device has it, and it does not run', id);
      }
      for (const { id } of ledger.entries()) {
        if (wanted.has(id) || world.appliance.content(id) === null) continue;
        violate('it is deleted, and the device still has it', id);
      }
    },
  }),
};
