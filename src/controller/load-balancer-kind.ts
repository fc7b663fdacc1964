import { authorisedByCommit } from '../../machines/load-balancer/binding.ts';
import type { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../machines/load-balancer/events.ts';
import { loadBalancerMachine } from '../../machines/load-balancer/machine.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { ActorKind } from '../host/actor-kind.ts';
import { alarm, countUnexpected, ownerOf, worker } from '../host/children.ts';
import type { RecordFormat } from '../host/record.ts';
import type { Store } from '../ports/store.ts';
import type { Driver } from './drive.ts';

export interface LoadBalancerParts {
  readonly format: RecordFormat<LoadBalancerContext>;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly driver: Driver;
  readonly counters: { unexpected: number };
  readonly context: (id: string) => LoadBalancerContext | null;
  /** Tells a replaced holder to let go. */
  readonly release: (id: string, context: LoadBalancerContext) => void;
  readonly hooks: Pick<
    ActorKind<LoadBalancerContext>,
    'stepped' | 'committed' | 'running' | 'ended'
  >;
}

/** The load balancer machine with its parts, as the host runs it. */
export function loadBalancerKind(parts: LoadBalancerParts): ActorKind<LoadBalancerContext> {
  const { clock, log, context } = parts;
  const deadlineAt = (id: string) => context(id)?.deadlineAt ?? null;
  const retryAt = (id: string) => context(id)?.retryAt ?? null;
  const logic = loadBalancerMachine.provide({
    actors: {
      drive: worker<LoadBalancerEvent>((id, report, signal) =>
        parts.driver.drive(id, report, signal),
      ),
      deadline: alarm<LoadBalancerEvent>(clock, deadlineAt, (due) => ({
        type: 'deadline.passed',
        deadlineAt: due,
      })),
      retry: alarm<LoadBalancerEvent>(clock, retryAt, () => ({ type: 'retry.due' })),
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
    ...parts.hooks,
  };
}
