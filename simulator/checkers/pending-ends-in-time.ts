import type { CheckerKind } from './checker.ts';
import { controllerLossMs } from './disturbances.ts';
import { sightOf } from './wire.ts';

/** What the write, the watch and a client's way add to a deadline. */
const marginMs = 5_000;
/** How long after a fault the controllers may still be sorting out who owns what. */
const recoveryMs = 10_000;

/**
 * Every PENDING_* that clients see ends in ACTIVE, ERROR or nothing within its deadline, also while
 * nobody can carry it out: whatever befalls agents and devices. What suspends the deadline is
 * trouble with controllers, their hosts and clocks, the network or the stores, until a while after
 * its end: somebody must be there to note that time is up, and something to note it in.
 */
export const pendingEndsInTime: CheckerKind = {
  name: 'pending-ends-in-time',
  excuses: true,
  start({ world, ledger, judges, violate }) {
    const { placementDeadlineMs, removalDeadlineMs } = world.options.timings;
    const committed = new Map<string, number>();
    const calm = new CalmTime();
    return {
      onEvent(event, atMs) {
        if (event.type === 'fault' && event.phase === 'begins' && suspends(event)) {
          const forMs = event.forMs ?? lossMs(event.target);
          calm.suspend(atMs, atMs + forMs + recoveryMs);
        } else if (event.type === 'stored' && event.bucket === 'desired') {
          if (event.change.type !== 'put') return;
          judges(calm.isSuspendedAt(atMs));
          committed.set(event.change.key, calm.at(atMs));
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

function suspends({ kind, target }: { readonly kind: string; readonly target: string }): boolean {
  return !/^(agent|device)-/.test(kind) && !target.startsWith('agent-');
}

/** Others do what a controller did that is broken for good. */
function lossMs(target: string): number {
  return target.startsWith('controller-') ? controllerLossMs : Number.POSITIVE_INFINITY;
}

/** Counts the time in which nothing is suspended. */
class CalmTime {
  #calmMs = 0;
  #countedMs = 0;
  #suspendedUntilMs = 0;

  suspend(atMs: number, untilMs: number): void {
    this.at(atMs);
    this.#suspendedUntilMs = Math.max(this.#suspendedUntilMs, untilMs);
  }

  isSuspendedAt(nowMs: number): boolean {
    return nowMs < this.#suspendedUntilMs;
  }

  at(nowMs: number): number {
    const fromMs = Math.max(this.#countedMs, this.#suspendedUntilMs);
    this.#calmMs += Math.max(0, nowMs - fromMs);
    this.#countedMs = Math.max(this.#countedMs, nowMs);
    return this.#calmMs;
  }
}
