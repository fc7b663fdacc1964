import { sightOf } from '../evidence/wire.ts';
import type { CheckerKind } from './checker.ts';

/** What the write, the watch and a client's way add to a deadline. */
const marginMs = 5_000;
/** How long after a fault the controllers may still be sorting out who owns what. */
const recoveryMs = 10_000;

/**
 * Every PENDING_* that clients see ends in ACTIVE, ERROR or nothing within its deadline, also while
 * nobody can carry it out: whatever befalls agents, their hosts and devices. What suspends the deadline is
 * trouble with controllers, the network or the stores, until a while after its end: somebody must be there to note
 * that time is up, and something to note it in.
 */
export const pendingEndsInTime: CheckerKind = {
  name: 'pending-ends-in-time',
  excuses: true,
  start({ world, ledger, disturbances, judges, violate }) {
    const { placementDeadlineMs, removalDeadlineMs } = world.options.timings;
    const committed = new Map<string, number>();
    const calm = new CalmTime((atMs) => disturbances.ofControlPlane(atMs - recoveryMs));
    return {
      onEvent(event, atMs) {
        if (event.type === 'stored' && event.bucket === 'desired') {
          if (event.change.type !== 'put') return;
          committed.set(event.change.key, calm.at(atMs));
          judges(calm.isSuspended);
        } else if (event.type === 'wire') {
          const sight = sightOf(event);
          if (sight === null || !sight.status.startsWith('PENDING')) return;
          const since = committed.get(sight.id);
          if (since === undefined) return;
          const isRemoval = sight.status === 'PENDING_DELETE';
          const limitMs = isRemoval ? removalDeadlineMs : placementDeadlineMs;
          // Since it was asked: an answer may have been on its way for long.
          const lastedMs = calm.at(atMs) - since - (atMs - event.askedMs);
          if (lastedMs <= limitMs + marginMs) return;
          violate(
            `it is ${sight.status} for ${Math.round(lastedMs)} ms without trouble, and ${limitMs} ms are its deadline`,
            sight.id,
          );
        }
      },
      atEnd() {
        for (const { id, seen } of ledger.entries()) {
          if (seen?.startsWith('PENDING') === true) violate(`it is still ${seen}`, id);
        }
      },
    };
  },
};

/** Counts the time in which nothing is suspended. */
class CalmTime {
  readonly #isTroubled: (atMs: number) => boolean;
  #calmMs = 0;
  #countedMs = 0;
  #isSuspended = false;

  constructor(isTroubled: (atMs: number) => boolean) {
    this.#isTroubled = isTroubled;
  }

  /** Was it so when it was looked at last? */
  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  at(nowMs: number): number {
    const isSuspended = this.#isTroubled(nowMs);
    // What began or ended meanwhile counts for all of that time.
    if (!isSuspended && !this.#isSuspended) this.#calmMs += nowMs - this.#countedMs;
    this.#isSuspended = isSuspended;
    this.#countedMs = nowMs;
    return this.#calmMs;
  }
}
