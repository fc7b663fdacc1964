import type { LivenessContext } from '../../../machines/liveness/context.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Random } from '../../../machines/ports/random.ts';
import type { LostRecord } from '../../../machines/protocol/load-balancer-messages.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { type Bus, BusUnavailable } from '../../ports/bus.ts';
import { byRecord, type Told } from '../fleet/told.ts';
import type { EpochFloors } from '../records/epoch-floors.ts';
import type { ProjectedBucket, Projection } from '../records/projection.ts';
import type { LoadBalancerOwner } from './load-balancer-owner.ts';

export interface ForeignRecordsOptions {
  readonly bus: Bus;
  readonly shards: number;
  readonly random: Random;
  readonly log: Log;
  readonly projection: Projection;
  readonly owner: Pick<LoadBalancerOwner, 'seating'>;
  readonly floors: EpochFloors;
  /** Asks whoever owns it to delete it, as a client does. */
  readonly askToDelete: (id: string, operationId: string) => Promise<void>;
  readonly agentKnown: (agent: string, state: string, context: LivenessContext, told: Told) => void;
}

/**
 * What is on record of that which belongs to other controllers. Where a store has lost something, its owner may have come
 * too late to know: whoever knows tells it.
 */
export class ForeignRecords {
  readonly #options: ForeignRecordsOptions;

  constructor(options: ForeignRecordsOptions) {
    this.#options = options;
  }

  note(bucket: ProjectedBucket, id: string): void {
    if (bucket === 'binding') this.#binding(id);
    else if (bucket === 'desired') this.#desired(id);
    else this.#agent(id);
  }

  #binding(id: string): void {
    const { projection, owner } = this.#options;
    owner.seating.freed.foreign(id, projection.binding.raw(id)?.text ?? null);
    this.#tellWhatIsLost(id);
  }

  /** Whoever owns it may not know what was on record: nobody is to be given an epoch again (R9). */
  #tellWhatIsLost(id: string): void {
    const { bus, shards, floors, projection } = this.#options;
    const known: LostRecord = floors.newest(id);
    // Mostly nothing is known of it, and then its record is not even parsed.
    if (known.lastEpoch === 0 || floors.removals.wasDeleted(id)) return;
    const context = projection.binding.get(id)?.context ?? null;
    // Of what is deleted nothing has to be remembered but that.
    if (context === null || projection.desired.raw(id) === null) return;
    if (known.lastEpoch <= context.lastEpoch) return;
    try {
      bus.publish(subjects.lb(subjects.shardOf(id, shards), id, 'lost'), JSON.stringify(known));
    } catch (error) {
      // Told again with the next revision that does not know of it.
      if (!(error instanceof BusUnavailable)) throw error;
    }
  }

  /** Where it was deleted for good, that is asked for again. */
  #desired(id: string): void {
    const { floors, projection, random, log, askToDelete } = this.#options;
    if (!floors.removals.wasDeleted(id) || projection.desired.get(id)?.status !== 'live') return;
    askToDelete(id, random.uuid()).catch((error: unknown) => {
      // Mostly its owner knew it as well, and was faster.
      const what = { loadBalancer: id, error: String(error) };
      log.info(what, 'a lost deletion was not asked for again');
    });
  }

  /** What another judge has put on record of an agent; its notice has mostly come before. */
  #agent(agent: string): void {
    const { projection, agentKnown } = this.#options;
    const known = projection.liveness.get(agent);
    if (known === null) return;
    const told = byRecord(projection.liveness.raw(agent)?.revision ?? 0);
    agentKnown(agent, known.state, known.context, told);
  }
}
