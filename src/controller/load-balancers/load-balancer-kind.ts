import { authorisedByCommit, isGrant } from '../../../machines/load-balancer/binding.ts';
import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import { loadBalancerMachine } from '../../../machines/load-balancer/machine.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { ActorKind } from '../../host/actor-kind.ts';
import { alarm } from '../../host/alarm.ts';
import { countUnexpected, ownerOf, worker } from '../../host/children.ts';
import type { RecordFormat } from '../../host/record.ts';
import type { Store } from '../../ports/store.ts';
import type { Driver } from '../commands/drive.ts';

export interface LoadBalancerParts {
  readonly format: RecordFormat<LoadBalancerContext>;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly log: Log;
  readonly store: Store;
  readonly driver: Driver;
  readonly counters: { unexpected: number };
  readonly context: (id: string) => LoadBalancerContext | null;
  /** The actor as it runs in this process, through all its reloads. */
  readonly life: (id: string) => object | null;
  /** Tells a replaced holder to let go. */
  readonly release: (id: string, context: LoadBalancerContext) => void;
  readonly hooks: Pick<
    ActorKind<LoadBalancerContext>,
    'stepped' | 'committed' | 'running' | 'ended' | 'label'
  >;
}

/** How long what is desired may take until the wire shows ERROR. */
export function deadlineMs(timings: Timings, status: 'live' | 'deleting'): number {
  return status === 'live' ? timings.placementDeadlineMs : timings.removalDeadlineMs;
}

/** The load balancer machine with its parts, as the host runs it. */
export function loadBalancerKind(parts: LoadBalancerParts): ActorKind<LoadBalancerContext> {
  const { clock, timings, log, context, life } = parts;
  const logic = loadBalancerMachine.provide({
    actors: {
      drive: worker<LoadBalancerEvent>((id, report, signal) =>
        parts.driver.drive(id, report, signal),
      ),
      deadline: alarm<LoadBalancerEvent>({
        clock,
        life,
        dueAt: (id) => context(id)?.deadlineAt ?? null,
        belief: (id) => ({
          aheadMaxMs: deadlineMs(timings, context(id)?.status ?? 'live'),
          // By then another controller has taken a dead one's actors over.
          passedMaxMs: timings.lapseMs,
          // Nobody has tried for long, or somebody's clock is off: time to try once.
          graceMs: timings.commandTimeoutMs,
        }),
        event: (due) => ({ type: 'deadline.passed', deadlineAt: due }),
      }),
      retry: alarm<LoadBalancerEvent>({
        clock,
        life,
        dueAt: (id) => context(id)?.retryAt ?? null,
        belief: () => ({ aheadMaxMs: timings.refusalRetryMs, passedMaxMs: 0, graceMs: 0 }),
        event: () => ({ type: 'retry.due' }),
      }),
    },
    actions: {
      release: ({ context: now, system }) => parts.release(ownerOf(system), now),
      unexpected: countUnexpected(log, 'load-balancer', parts.counters),
    },
  });
  return {
    ...parts.format,
    logic,
    store: parts.store,
    effects: new Set(['drive', 'release']),
    early: (effect, live, committed) =>
      effect === 'drive' &&
      live.binding !== null &&
      committed !== null &&
      authorisedByCommit(live.binding, committed),
    patienceMs: (live, committed) => (isGrant(live, committed) ? timings.heartbeatMs : 0),
    ...parts.hooks,
    committed: (id, ...known) => {
      parts.hooks.committed(id, ...known);
      parts.driver.briefer.look(id);
    },
    running: (id) => {
      parts.hooks.running(id);
      // Whether its standby was briefed by whoever owned its shard before, nobody here knows.
      parts.driver.briefer.look(id);
    },
    ended: (id) => {
      parts.driver.briefer.forget(id);
      parts.driver.headStart.forget(id);
      parts.hooks.ended(id);
    },
  };
}
