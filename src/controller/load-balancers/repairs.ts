import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { Candidate, LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import { Fault } from '../../../machines/model/fault.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Random } from '../../../machines/ports/random.ts';
import type { Claim } from '../../../machines/protocol/agent-messages.ts';
import type { DesiredRecord } from '../../../machines/protocol/load-balancer-messages.ts';
import { epochsAheadMax, generationsAheadMax, nobody } from '../../../machines/protocol/seat.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import type { Bus } from '../../ports/bus.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import { tellStanding } from '../fleet/standings.ts';
import type { Newcomers } from '../placement/newcomers.ts';
import type { DesiredDocuments } from '../records/desired-documents.ts';
import type { EpochFloors } from '../records/epoch-floors.ts';
import type { Held, Holder } from '../records/held.ts';
import { issuedAbove } from './generations.ts';

export interface RepairsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fleet: FleetView;
  readonly desired: DesiredDocuments;
  readonly newcomers: Newcomers;
  readonly floors: EpochFloors;
  readonly host: () => ActorHost<LoadBalancerContext, LoadBalancerEvent>;
  /** False from a lost connection until the watch has told what has changed: the store may have lost what is known. */
  readonly isCurrent: () => boolean;
  /** Does it wait for somebody who can take it? */
  readonly isSeeking: (id: string) => boolean;
}

/** Brings records in line with what agents and devices know better (R9). */
export class Repairs {
  readonly #options: RepairsOptions;
  /** What is just being issued anew. */
  readonly #outrunning = new Set<string>();

  constructor(options: RepairsOptions) {
    this.#options = options;
  }

  /** Rule R9: what an agent holds, or was fenced by; answered by what the record says. */
  claim(id: string, agent: string, incarnation: number, claim: Claim): void {
    const { bus, clock, log, desired, newcomers } = this.#options;
    const host = this.#options.host();
    const issued = host.context(id)?.lastEpoch ?? 0;
    if (claim.epoch > issued + epochsAheadMax) {
      log.error({ loadBalancer: id, agent, claim, issued }, 'an impossible claim was dropped');
      return;
    }
    const { epoch, generation, removed } = claim;
    // Of what is gone nothing has to be remembered; who holds it says so again.
    if (desired.get(id) !== null) this.#options.floors.claimed(id, epoch);
    const at = clock.wallMs();
    host.tell(id, { type: 'claim', agent, incarnation, epoch, generation, removed, at });
    newcomers.claimed(id, agent);
    if (!removed) {
      this.#outrun(id, generation);
      this.#bindClaimant(id, agent, incarnation, claim.device);
    }
    if (desired.get(id) === null) return this.#answerStranger(id, agent, epoch);
    const binding = host.committedContext(id)?.binding ?? null;
    // What a store has lost is no answer (R4): until it is on record again, somebody else may write what counts.
    const isOnRecord = this.#options.isCurrent() && host.actor(id)?.isLost !== true;
    if (binding === null || binding.epoch < epoch || !isOnRecord) return;
    const home = this.#options.fleet.current(binding.agent)?.description?.host;
    tellStanding(bus, id, agent, binding, home);
  }

  /** The store has lost who was bound: nobody is nearer than the one that says it was. */
  #bindClaimant(id: string, agent: string, incarnation: number, device?: string): void {
    const { fleet, newcomers } = this.#options;
    const host = fleet.current(agent)?.description?.host;
    const context = this.#options.host().context(id);
    if (
      context === null ||
      context.binding !== null ||
      host === undefined ||
      !fleet.isAlive(agent, incarnation)
    )
      return;
    newcomers.forget(id);
    this.#bind(id, context, { agent, incarnation, host, device: device ?? context.driver });
  }

  #bind(
    id: string,
    context: LoadBalancerContext,
    to: Candidate,
    claimants = this.#options.fleet.claimants(context),
  ): void {
    const { clock } = this.#options;
    const { agent, incarnation, host, device } = to;
    const candidates = [{ agent, incarnation, host, device }];
    const at = clock.wallMs();
    const nobodyElse = { standbyReady: false, rejected: [], reason: '' };
    this.#options.host().tell(id, { type: 'place', candidates, claimants, ...nobodyElse, at });
  }

  /** No record is known here of what is claimed: the watch may be late, so the store is asked. */
  #answerStranger(id: string, agent: string, epoch: number): void {
    const { bus, desired, log } = this.#options;
    desired
      .look(id)
      .then((document) => {
        // Purged after a confirmed removal: whatever is claimed is over, and needs no repeating.
        if (document === null)
          tellStanding(bus, id, agent, { agent: nobody, epoch: epoch + 1 }, undefined);
      })
      .catch((error: unknown) => {
        // It is claimed again with the agent's next heartbeat.
        log.debug({ loadBalancer: id, error: String(error) }, 'no record was read');
      });
  }

  /** Another controller knows what was on record, and was lost before this one has read it. */
  lostBefore(id: string, held: Held): void {
    const { desired, floors, log } = this.#options;
    const context = this.#options.host().context(id);
    if (context === null || desired.get(id) === null) return;
    if (held.lastEpoch > context.lastEpoch + epochsAheadMax) {
      log.error({ loadBalancer: id, held }, 'an impossible record was dropped');
      return;
    }
    floors.told(id, held);
    const former = this.lostHolder(id, context);
    this.raiseEpochs(id, context);
    this.bindFormer(id, former);
  }

  /** Nobody is named under an epoch that was given, where the record knows less than this controller. */
  raiseEpochs(id: string, context: LoadBalancerContext): void {
    const { desired, floors, clock } = this.#options;
    const isDeleting = desired.get(id)?.record.status === 'deleting';
    // Only the end of a deletion is lost: as nobody is on record, nobody has to be named to remove it again.
    if (isDeleting && context.lastEpoch === 0 && floors.removals.wasDeleted(id)) return;
    const outdated = floors.claim(id, context, clock.wallMs());
    if (outdated !== null) this.#options.host().tell(id, outdated);
  }

  /** Who was on record last, where the store has lost that; null where the record is as new. */
  lostHolder(id: string, { binding, lastEpoch }: LoadBalancerContext): Holder | null {
    const { floors } = this.#options;
    const former = floors.holder(id);
    // What was deleted for good is about to be deleted again.
    if (former === null || floors.removals.wasDeleted(id)) return null;
    // A record that names nobody may have been told of the epoch alone.
    const isNewer = binding === null ? former.epoch >= lastEpoch : former.epoch > lastEpoch;
    return isNewer ? former : null;
  }

  /**
   * The store has lost who was bound, and who is left on record is nobody, or is gone: he has it still, or it is known
   * that he has not.
   */
  bindFormer(id: string, former: Holder | null): void {
    const context = this.#options.host().context(id);
    // A new one is bound once it has heard what is desired.
    if (former === null || context === null || context.driver === '') return;
    // What waits names whoever it waits to be rid of; that he is, says nothing of the one who came after him.
    if (context.binding !== null && !this.#options.isSeeking(id)) return;
    const known = this.#options.fleet.claimants(context);
    // One that had it alone came after everybody had let go of it. Else those stand in his way who did (R11).
    const isAlone = former.shadows.length === 0;
    const areKnown = former.shadows.every(({ agent, incarnation }) =>
      known.some((each) => each.agent === agent && each.incarnation === incarnation),
    );
    if (!areKnown) return;
    const claimants = isAlone ? known.map((each) => ({ ...each, ended: true })) : known;
    this.#bind(id, context, former, claimants);
  }

  /** Is the binding record newer than the document? */
  outrunBy(id: string, context: LoadBalancerContext): void {
    const { generation, appliedGeneration, status } = context;
    this.#outrun(id, Math.max(generation, appliedGeneration), status);
  }

  /** What is on record again although it was deleted for good is deleted again: the store has lost that. */
  endAgain(id: string, { status }: Pick<DesiredRecord, 'status'>): void {
    const { floors, log } = this.#options;
    if (status === 'deleting' || !floors.removals.wasDeleted(id)) return;
    log.info({ loadBalancer: id }, 'its deletion was lost, and is asked for again');
    this.deleteAgain(id).catch((error: unknown) => {
      // It is looked at again with its next edit, or by whoever owns it then.
      log.info({ loadBalancer: id, error: String(error) }, 'a lost deletion was not written again');
    });
  }

  /** Its deletion was carried out, and the store has lost that. */
  async deleteAgain(id: string): Promise<void> {
    const { desired, random } = this.#options;
    try {
      await desired.edit(id, random.uuid(), (record) =>
        // Somebody else has written just that.
        record.status === 'deleting' ? null : issuedAbove(record, record.generation, 'deleting'),
      );
    } catch (error) {
      // Somebody else has done all of it, before this write got through.
      if (!(error instanceof Fault && error.status === 404)) throw error;
    }
  }

  /**
   * The store has lost edits, and the binding record or the device knows of them. The device would keep
   * what is newer to it (R7), so the document that is left takes a generation above.
   */
  #outrun(id: string, seen: number, status: DesiredRecord['status'] = 'live'): void {
    const { desired, random, log } = this.#options;
    const known = desired.get(id);
    if (known === null || known.record.generation >= seen) return;
    if (seen > known.record.generation + generationsAheadMax || this.#outrunning.has(id)) return;
    this.#outrunning.add(id);
    desired
      .edit(id, random.uuid(), (record) => issuedAbove(record, seen, status))
      .catch((error: unknown) => {
        // Seen again with the next claim, or by whoever owns it then.
        log.info({ loadBalancer: id, seen, error: String(error) }, 'a lost edit was not outrun');
      })
      .finally(() => this.#outrunning.delete(id));
  }
}
