import type { LoadBalancers } from '../../src/vips/put-back.ts';
import { createVips, type VipAllocator } from '../../src/vips/vips.ts';

/** An allocator that knows already what is taken, where the store tells it at once. */
export async function readyVips(options: Parameters<typeof createVips>[0]): Promise<VipAllocator> {
  const made = createVips(options);
  await new Promise<void>((resolve) => {
    options.store.watch(
      () => undefined,
      () => resolve(),
    );
  });
  return made;
}

/** Those that have documents, of which the process knows at once. */
export const loadBalancersIn = (documents: ReadonlySet<string>): LoadBalancers => ({
  knows: (id) => documents.has(id),
  isOnRecord: (id) => Promise.resolve(documents.has(id)),
});
