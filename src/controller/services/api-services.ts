import type { ListenerStatistics } from '../../../machines/health/statistics.ts';
import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import type { Operation } from '../../../machines/model/operations/operation.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { LoadBalancers, LoadBalancerView } from '../../api/services.ts';
import type { Stores } from '../../ports/store.ts';
import type { Projection } from '../records/projection.ts';
import { ReadBarrier } from '../records/read-barrier.ts';
import { callOwner, type OwnerCallOptions } from '../shards/owner-call.ts';
import { readStatistics } from './statistics.ts';

export interface ApiServicesOptions extends OwnerCallOptions {
  readonly projection: Projection;
  readonly stores: Stores;
  /** Was this controller told of the end of its deletion? */
  readonly wasDeleted: (id: string) => boolean;
}

/** Of which resource an owner says that it is not there. */
const childMissing = /([0-9a-f-]{36}) not found\.$/;

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

  async move(id: string, agent: string): Promise<LoadBalancerView> {
    const { projection } = this.#options;
    await callOwner(this.#options, {
      id,
      subject: (shard) => subjects.lb(shard, id, 'move'),
      request: { agent },
      shown: (revision, timeoutMs) => projection.binding.reached(revision, timeoutMs),
      meaning: ({ status }) =>
        status === 404 && projection.desired.get(id) !== null ? 'passing' : 'final',
    });
    return this.#written(id);
  }

  statistics(id: string): Promise<ListenerStatistics> {
    const { bus, timings } = this.#options;
    return readStatistics({ bus, timings, view: (each) => this.get(each) }, id);
  }

  #written(id: string): LoadBalancerView {
    const view = this.get(id);
    // Written and already gone again: someone else has deleted it since.
    if (view === null) throw new Fault(404, `Load Balancer ${id} not found.`);
    return view;
  }

  /** Repeated under its operation id, so it happens once. */
  #write(id: string, verb: string, request: object): Promise<void> {
    const { projection, wasDeleted } = this.#options;
    return callOwner(this.#options, {
      id,
      subject: (shard) => subjects.lb(shard, id, verb),
      request,
      shown: (revision, timeoutMs) => projection.desired.reached(revision, timeoutMs),
      meaning: ({ status, message }) => {
        if (status !== 404) return 'final';
        // An earlier attempt has deleted it, unanswered. That its owner doesn't know it is no proof: it may be lost.
        if (verb === 'delete' && wasDeleted(id)) return 'done';
        // Its owner has only just become that, and has not heard of it; it will. But a child that somebody else has
        // deleted meanwhile is gone here as well, as soon as that is heard.
        const child = childMissing.exec(message)?.[1] ?? id;
        const isKnown =
          child === id ? projection.desired.get(id) !== null : projection.ownerOf(child) !== null;
        return isKnown ? 'passing' : 'final';
      },
    });
  }
}
