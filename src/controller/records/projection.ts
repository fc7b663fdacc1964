import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import type { LivenessContext } from '../../../machines/liveness/context.ts';
import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import { provisioningStatus, wireOperating } from '../../../machines/load-balancer/wire.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import {
  type DesiredRecord,
  readDesired,
} from '../../../machines/protocol/load-balancer-messages.ts';
import type { LoadBalancerView } from '../../api/services.ts';
import { type ActorCondition, stateName } from '../../host/actor-kind.ts';
import { decodeRecord, type RawRecord } from '../../host/record.ts';
import type { StoreChange, Stores } from '../../ports/store.ts';
import { type KnownHealth, saysMore } from './health-board.ts';
import { Mirror } from './mirror.ts';
import type { RecordFormats } from './record-formats.ts';

interface Bound {
  readonly state: string;
  readonly context: LoadBalancerContext;
}

/** An agent as its judge has put it on record. */
export interface JudgedAgent {
  readonly state: string;
  readonly context: LivenessContext;
}

export interface ProjectionOptions {
  readonly stores: Stores;
  readonly formats: RecordFormats;
  readonly clock: Clock;
  readonly log: Log;
  /** How the actor fares, where it runs in this process; null where it does not. */
  readonly condition: (id: string) => ActorCondition | null;
  /** What a holder said last of its traffic; null where nobody has. */
  readonly health: (id: string) => KnownHealth | null;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  /** Why a holder can't reach its device, or is not commanded yet; null where nothing is in the way. */
  readonly unreached: (id: string, context: LoadBalancerContext) => string | null;
  /** Whether its binding record was there, and was removed. */
  readonly wasUnbound: (id: string) => boolean;
  /** Told of each change that a watch brings, after it was taken in. */
  readonly changed: (bucket: ProjectedBucket, key: string, revision: number) => void;
  /** Told of each removal that a watch brings, and of what was known until then. */
  readonly removed: (bucket: ProjectedBucket, key: string, before: RawRecord | null) => void;
  /** Told of each record whose newest revisions the store has lost, and what was known of it. */
  readonly lost: (bucket: ProjectedBucket, key: string, before: RawRecord) => void;
  /** Connected again, and told of everything that was written meanwhile. */
  readonly resumed: (bucket: ProjectedBucket) => void;
}

export type ProjectedBucket = 'desired' | 'binding' | 'liveness';

/** What this controller knows of all records, its own and others', by the stores' watches. */
export class Projection {
  readonly desired: Mirror<DesiredRecord>;
  readonly binding: Mirror<Bound>;
  readonly liveness: Mirror<JudgedAgent>;
  readonly #condition: (id: string) => ActorCondition | null;
  readonly #health: (id: string) => KnownHealth | null;
  readonly #unreached: ProjectionOptions['unreached'];
  readonly #wasUnbound: ProjectionOptions['wasUnbound'];
  readonly #resolveDriver: (name: string) => DriverDescriptor | null;
  /** Children by id, and the load balancers whose documents changed since they were indexed. */
  readonly #owners = new Map<string, string>();
  readonly #children = new Map<string, readonly string[]>();
  readonly #unindexed = new Set<string>();

  constructor(options: ProjectionOptions) {
    const { stores, clock, log, formats } = options;
    this.#condition = options.condition;
    this.#health = options.health;
    this.#unreached = options.unreached;
    this.#wasUnbound = options.wasUnbound;
    this.#resolveDriver = options.resolveDriver;
    const tell = (bucket: ProjectedBucket) => (change: StoreChange) => {
      options.changed(bucket, change.key, change.revision);
    };
    const tellLost = (bucket: ProjectedBucket) => (key: string, before: RawRecord) => {
      options.lost(bucket, key, before);
    };
    const tellDesired = tell('desired');
    const tellDesiredLost = tellLost('desired');
    this.desired = new Mirror({
      store: stores.desired,
      name: 'desired',
      clock,
      log,
      parse: (_, text) => readDesired(text),
      onChange: (change) => {
        this.#unindexed.add(change.key);
        tellDesired(change);
      },
      onRemoved: (key, before) => options.removed('desired', key, before),
      onLost: (key, before) => {
        this.#unindexed.add(key);
        tellDesiredLost(key, before);
      },
      onResumed: () => options.resumed('desired'),
    });
    this.binding = new Mirror({
      store: stores.binding,
      name: 'binding',
      clock,
      log,
      parse: (key, text) => {
        const { snapshot, context } = decodeRecord(key, text, formats.loadBalancer);
        return { state: stateName(snapshot.value), context };
      },
      onChange: tell('binding'),
      onRemoved: (key, before) => options.removed('binding', key, before),
      onLost: tellLost('binding'),
      onResumed: () => options.resumed('binding'),
    });
    this.liveness = new Mirror({
      store: stores.liveness,
      name: 'liveness',
      clock,
      log,
      parse: (key, text) => {
        const { snapshot, context } = decodeRecord(key, text, formats.liveness);
        return { state: stateName(snapshot.value), context };
      },
      onChange: tell('liveness'),
      onLost: tellLost('liveness'),
      onResumed: () => options.resumed('liveness'),
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.desired.start(), this.binding.start(), this.liveness.start()]);
  }

  stop(): void {
    for (const mirror of [this.desired, this.binding, this.liveness]) mirror.stop();
  }

  view(id: string): LoadBalancerView | null {
    const record = this.desired.get(id);
    if (record === null) return null;
    const bound = this.binding.get(id);
    const context = bound?.context ?? null;
    const trouble = troubleOf(this.#condition(id));
    const state = trouble?.state ?? bound?.state ?? 'pending';
    const { document, generation } = record;
    // The watch of documents may be behind: what was unbound is not being created, but was deleted.
    const status = bound === null && this.#wasUnbound(id) ? 'deleting' : record.status;
    const known = context === null ? null : this.#health(id);
    const health = context !== null && known !== null && saysMore(known, context) ? known : null;
    return {
      document,
      generation,
      appliedGeneration: context?.appliedGeneration ?? 0,
      deleting: status === 'deleting',
      provisioningStatus: provisioningStatus({ status, generation }, context),
      operating: wireOperating(document, {
        state,
        context,
        told: health?.operating ?? null,
        endsWithLease: this.#resolveDriver(record.driver)?.fence === 'lease',
      }),
      state,
      binding: context?.binding ?? null,
      standby: context?.standby ?? null,
      lastEpoch: context?.lastEpoch ?? 0,
      device: context === null ? null : placedOn(context),
      reason: trouble?.reason ?? this.#reasonOf(id, state, context, health),
      rejected: context?.rejected ?? [],
      waitingSinceMs: context?.waitingSince ?? null,
    };
  }

  /** While it is bound, its device may say more than its record. */
  #reasonOf(
    id: string,
    state: string,
    context: LoadBalancerContext | null,
    health: KnownHealth | null,
  ): string | null {
    const isHeld =
      state.startsWith('bound') || state === 'rebinding' || state.startsWith('deleting');
    // Where nobody can configure it, what was said of it last is old.
    const unreached = isHeld && context !== null ? this.#unreached(id, context) : null;
    const said = state.startsWith('bound') ? (health?.reason ?? null) : null;
    return unreached ?? said ?? context?.reason ?? null;
  }

  views(): readonly LoadBalancerView[] {
    const views: LoadBalancerView[] = [];
    for (const id of this.desired.keys()) {
      const view = this.view(id);
      if (view !== null) views.push(view);
    }
    return views;
  }

  /** The load balancer that a listener, pool, member or health monitor belongs to. */
  ownerOf(child: string): string | null {
    for (const id of this.#unindexed) this.#index(id);
    this.#unindexed.clear();
    return this.#owners.get(child) ?? null;
  }

  #index(id: string): void {
    for (const child of this.#children.get(id) ?? []) this.#owners.delete(child);
    const document = this.desired.get(id)?.document;
    if (document === undefined) {
      this.#children.delete(id);
      return;
    }
    const children = [
      ...document.listeners.map((listener) => listener.id),
      ...document.pools.flatMap((pool) => [
        pool.id,
        ...pool.members.map((member) => member.id),
        ...(pool.healthmonitor === null ? [] : [pool.healthmonitor.id]),
      ]),
    ];
    this.#children.set(id, children);
    for (const child of children) this.#owners.set(child, id);
  }
}

/** An actor that does not run is shown as such, whatever its record says. */
function troubleOf(condition: ActorCondition | null): { state: string; reason: string } | null {
  if (condition === null || condition.type === 'running' || condition.type === 'ended') return null;
  if (condition.type === 'refused') return { state: 'refused', reason: condition.error };
  if (condition.crashes === 0) return null;
  const times = condition.crashes === 1 ? 'once' : `${condition.crashes} times in a row`;
  const reason = `its actor has crashed ${times} and is being restarted: ${condition.error}`;
  return { state: 'crashed', reason };
}
