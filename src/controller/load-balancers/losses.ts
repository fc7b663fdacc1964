import type { Random } from '../../../machines/ports/random.ts';
import type { RawRecord } from '../../host/record.ts';
import type { Judge } from '../liveness/judge.ts';
import type { EpochFloors } from '../records/epoch-floors.ts';
import type { ProjectedBucket, Projection } from '../records/projection.ts';
import type { ForeignRecords } from './foreign-records.ts';
import { Leftovers, type LeftoversOptions } from './leftovers.ts';
import type { LoadBalancerOwner } from './load-balancer-owner.ts';

export interface LossesOptions extends Omit<LeftoversOptions, 'nonce' | 'isGone'> {
  readonly random: Random;
  readonly projection: Projection;
  readonly owner: LoadBalancerOwner;
  readonly judge: Judge;
  readonly floors: EpochFloors;
  /** Does the shard of this record belong to this controller now? */
  readonly owns: (id: string) => boolean;
  /** What somebody else has put on record. */
  readonly foreign: Pick<ForeignRecords, 'note'>;
  /** What is known of agents may be told after revisions that are lost. */
  readonly believeAnew: () => void;
}

/** What a controller does where a store has lost what it had acknowledged: whoever still knows it, writes it again. */
export class Losses {
  readonly #options: LossesOptions;
  readonly #leftovers: Leftovers;

  constructor(options: LossesOptions) {
    this.#options = options;
    this.#leftovers = new Leftovers({
      ...options,
      nonce: options.random.uuid(),
      isGone: (id) => options.projection.desired.raw(id) === null,
    });
  }

  stop(): void {
    this.#leftovers.stop();
  }

  /** A watch says that a record was removed: should the store lose that, it is known here. */
  removed(bucket: ProjectedBucket, key: string, before: RawRecord | null): void {
    const { floors, owns } = this.#options;
    if (bucket === 'binding') floors.removed(key, before?.text ?? null);
    if (bucket !== 'desired') return;
    floors.removals.deleted(key);
    // Its binding record may be back, if that was lost while the end of the deletion was still being written.
    if (owns(key)) this.lookForLeftover(key);
  }

  /** A watch says that the newest revisions of a record are lost. */
  lost(bucket: ProjectedBucket, key: string, before: RawRecord): void {
    const { floors, owns, foreign, owner, judge, projection } = this.#options;
    if (bucket === 'binding') floors.lost(key, before.text);
    if (!owns(key)) {
      foreign.note(bucket, key);
      if (bucket === 'desired') owner.lostElsewhere(key);
    } else if (bucket === 'desired') owner.lost(key);
    else if (bucket === 'binding') {
      const actor = owner.host.actor(key);
      if (actor === null) this.lookForLeftover(key);
      else actor.lost(projection.binding.raw(key));
    } else judge.host.actor(key)?.lost(projection.liveness.raw(key));
  }

  /**
   * Connected again, and all that was written is known: what this controller knows beyond it was lost
   * before any watch had told of it.
   */
  resumed(bucket: ProjectedBucket): void {
    const { projection, owner, judge, foreign, believeAnew } = this.#options;
    const read = (key: string): RawRecord | null => projection[bucket].raw(key);
    if (bucket === 'desired') return owner.resumed(read);
    if (bucket === 'binding') {
      owner.newcomers.back();
      return owner.host.resumed(read);
    }
    judge.host.resumed(read);
    believeAnew();
    for (const agent of projection.liveness.keys()) {
      if (judge.host.has(agent)) judge.tellAgain(agent);
      else foreign.note(bucket, agent);
    }
  }

  /** A binding record without a desired one may be left from a deletion. */
  lookForLeftover(id: string): void {
    const { desired, binding } = this.#options.projection;
    const record = binding.raw(id);
    if (record !== null && desired.raw(id) === null) this.#leftovers.found(id, record.revision);
  }
}
