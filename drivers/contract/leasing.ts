import type { MonotonicMs } from '../../machines/ports/clock.ts';

/**
 * What a driver offers whose load balancers are served only while its agent holds a lease (fence
 * `lease`). The host itself ends the service when the lease runs out, whatever has become of the agent
 * and of its driver; that is why others may take over then (rules R11, R12 and R16 of docs/binding.md).
 * Of devices without any fence, only the agent itself keeps away what comes after its lease.
 */
export interface Leasing {
  /**
   * The agent holds its lease until then, by its own monotonic clock: what is served under it goes on
   * that long, and not longer. What has ended meanwhile stays ended. Resolves once the host has been
   * told; where that took until after `until`, what it would have prolonged is ended instead. Never
   * rejects for one load balancer's sake: that one is ended or runs out, and its watcher told.
   */
  renew(until: MonotonicMs): Promise<void>;
  /**
   * The lease has ended, or is given back: nothing is served under it when this resolves, and nothing
   * of it comes back until it is applied with a newer epoch than it was held by, after a renewal. Nor is anything
   * begun that was only commanded until now, by these epochs: what waits to be tried again would come under the next lease.
   */
  drop(commanded: Iterable<readonly [id: string, epoch: number]>): Promise<void>;
  /**
   * Somebody else takes it over under this epoch: nothing of an older one is begun any more, and nothing is
   * under way when this resolves. There where no residence does that.
   */
  release?(target: { readonly id: string; readonly epoch: number }): Promise<void>;
}
