import type { admitApply, admitRemove } from '../../drivers/contract/fence.ts';

/** What an appliance compares that has no fence: nothing. The newest that it was sent is what it has. */
export const noFence: { readonly apply: typeof admitApply; readonly remove: typeof admitRemove } = {
  apply: (_, { epoch, generation }) => {
    return { marker: { epoch, generation, removed: false }, writeContent: true };
  },
  remove: (_, { epoch, generation }) => ({ epoch, generation, removed: true }),
};
