import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import type { Operation } from '../../machines/model/operations/operation.ts';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import { WriteReply } from '../../machines/protocol/load-balancer-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { LoadBalancers, LoadBalancerView } from '../api/services.ts';
import { call } from '../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, RequestTimeout } from '../ports/bus.ts';
import type { Stores } from '../ports/store.ts';
import { MirrorBehind } from './mirror.ts';
import type { Projection } from './projection.ts';
import { ReadBarrier } from './read-barrier.ts';

export interface ApiServicesOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly shards: number;
  readonly projection: Projection;
  readonly stores: Stores;
}

/** Load balancers for the API: writes go to the owner's actor, reads come from the projection. */
export class ApiServices implements LoadBalancers {
  readonly #options: ApiServicesOptions;
  readonly #barrier: ReadBarrier;

  constructor(options: ApiServicesOptions) {
    this.#options = options;
    const { stores, projection, clock, timings } = options;
    const { desired, binding } = projection;
    this.#barrier = new ReadBarrier(
      [
        { store: stores.desired, mirror: desired },
        { store: stores.binding, mirror: binding },
      ],
      clock,
      timings.apiAttemptMs,
    );
  }

  current(): Promise<boolean> {
    return this.#barrier.pass();
  }

  list(): readonly LoadBalancerView[] {
    return this.#options.projection.views();
  }

  get(id: string): LoadBalancerView | null {
    return this.#options.projection.view(id);
  }

  ownerOf(childId: string): string | null {
    return this.#options.projection.ownerOf(childId);
  }

  async create(document: LoadBalancerDocument, requestId: string): Promise<LoadBalancerView> {
    await this.#write(document.id, 'create', { operationId: requestId, document });
    return this.#written(document.id);
  }

  async edit(id: string, operation: Operation, requestId: string): Promise<LoadBalancerView> {
    await this.#write(id, 'edit', { operationId: requestId, operation });
    return this.#written(id);
  }

  async delete(id: string, options: { cascade: boolean }, requestId: string): Promise<void> {
    await this.#write(id, 'delete', { operationId: requestId, cascade: options.cascade });
  }

  #written(id: string): LoadBalancerView {
    const view = this.get(id);
    // Written and already gone again: someone else has deleted it since.
    if (view === null) throw new Fault(404, `Load Balancer ${id} not found.`);
    return view;
  }

  /** Repeats the write under its operation id until it is answered, so it happens once. */
  async #write(id: string, verb: string, request: object): Promise<void> {
    const { bus, clock, timings, shards, projection } = this.#options;
    const subject = subjects.lb(subjects.shardOf(id, shards), id, verb);
    const startedMs = clock.monotonicMs();
    const leftMs = () => timings.apiTimeoutMs - (clock.monotonicMs() - startedMs);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const timeoutMs = Math.max(1, Math.min(leftMs(), timings.apiAttemptMs));
        const reply = await call(bus, subject, request, WriteReply, timeoutMs);
        if (reply.type === 'fault') {
          // An earlier attempt, whose answer was lost, may have deleted it.
          if (verb === 'delete' && attempt > 0 && reply.status === 404) return;
          // Its owner has only just become that, and has not heard of it; it will.
          if (reply.status === 404 && projection.desired.get(id) !== null) {
            throw new NotHeardOf(`the owner of load balancer ${id} has not heard of it yet`);
          }
          throw new Fault(reply.status, reply.message, reply.retryAfterSeconds);
        }
        await projection.desired.reached(reply.revision, Math.max(1, leftMs()));
        return;
      } catch (error) {
        if (!isPassing(error)) throw error;
        const waitMs = backoffMs(attempt, timings.retryMs, timings.retryMaxMs);
        if (leftMs() <= waitMs) {
          throw new Fault(503, `The control plane can't take the request now: ${error.message}`, 1);
        }
        await delay(clock, waitMs);
      }
    }
  }
}

/** An owner does not know what this controller knows: one of them is behind. */
class NotHeardOf extends Error {
  override readonly name = 'NotHeardOf';
}

function isPassing(error: unknown): error is Error {
  return (
    error instanceof NotHeardOf ||
    error instanceof NoResponders ||
    error instanceof RequestTimeout ||
    error instanceof BusUnavailable ||
    error instanceof MirrorBehind
  );
}
