import { authorisedByCommit } from '../../../machines/load-balancer/binding.ts';
import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import type { DrivenEvent } from '../../../machines/load-balancer/events.ts';
import type { Cancellation } from '../../../machines/ports/cancellation.ts';
import { type Clock, pause } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { CommandMessage, CommandReply } from '../../../machines/protocol/agent-messages.ts';
import { epochsAheadMax, type Seat, sameSeat } from '../../../machines/protocol/seat.ts';
import { backoffMs } from '../../../machines/timings/backoff.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { Bus } from '../../ports/bus.ts';
import type { CommittedDocument } from '../records/desired-documents.ts';
import { Briefer } from './briefer.ts';
import { troubleWith } from './command-trouble.ts';
import { Commands } from './commands.ts';
import { type Answered, type Granted, HeadStart, type HeadStartOptions } from './head-start.ts';
import type { Haste, Pacer } from './pacer.ts';
import type { ShadowEnded, Shadows } from './shadows.ts';

export interface DriveOptions extends Pick<HeadStartOptions, 'mayTakeOver'> {
  readonly shadows: Shadows;
  readonly pacer: Pick<Pacer, 'run' | 'isBusy'>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly desired: (id: string) => CommittedDocument | null;
  readonly context: (id: string) => LoadBalancerContext | null;
  readonly committed: (id: string) => LoadBalancerContext | null;
  /** Is it known that this seat's incarnation is over? */
  readonly isOver: (seat: Seat) => boolean;
}

const changed = 'the record has changed meanwhile';

/**
 * Sends commands to holders until they are settled. Every attempt is built anew from committed
 * revisions of both records (R2, R3), so a repeated command can only be newer, never invented.
 */
export class Driver {
  readonly briefer: Briefer;
  readonly headStart: HeadStart;
  readonly #options: DriveOptions;
  readonly #commands: Commands;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#commands = new Commands(options);
    this.briefer = new Briefer(options);
    this.headStart = new HeadStart({
      ...options,
      grant: (id, standby) => this.#commandOf(id, standby),
      send: (seat, command) => this.#commands.sendTogether(seat, command),
      outcome: (id, answered) => this.#outcomeAhead(id, answered),
    });
  }

  /** Ends when the command is settled, or with the signal. Tells what came of it by `report`. */
  async drive(
    id: string,
    report: (event: DrivenEvent | ShadowEnded) => void,
    signal: Cancellation,
  ): Promise<void> {
    const { clock, pacer, timings } = this.#options;
    let lastTrouble: string | null = null;
    let failures = 0;
    // The actor is still on its way into the state that asks for this.
    await Promise.resolve();
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      // Something is wanted of it, perhaps of a seat that is lost: it must hear of that now.
      this.headStart.hurry(id);
      const seat = this.#options.context(id)?.binding ?? null;
      if (seat === null) return;
      let held: string | null = null;
      const turn = { id, seat, haste: this.#haste(id, failures), signal };
      // Whoever is told to stop, so that the next one may start, is told when that one's turn has come.
      const work = async (): Promise<DrivenEvent | string | null> => {
        held = await this.#heldUp(id, seat, report);
        return signal.aborted ? null : (held ?? (await this.#attempt(id, seat)));
      };
      const outcome = await pacer.run(turn, work);
      if (outcome === null || signal.aborted) return;
      if (held === null && typeof outcome === 'string') failures += 1;
      if (typeof outcome !== 'string') {
        report(outcome);
        // A store has lost what is wanted here; until it is issued anew, asking again brings nothing new.
        if (!this.#isOutrun(id, outcome)) return;
      }
      // Told once, and not for a hiccup: a record is written for each change of the reason.
      if (typeof outcome === 'string' && attempt >= 2 && outcome !== lastTrouble) {
        lastTrouble = outcome;
        report({ type: 'driven.trouble', epoch: seat.epoch, message: outcome });
      }
      // Somebody's lease ends at a certain moment, and traffic waits for it.
      const mostMs = held === null ? timings.commandRetryMaxMs : timings.heartbeatMs;
      const waitMs = backoffMs(attempt, timings.commandRetryMs, mostMs);
      await pause(clock, waitMs, signal);
    }
  }

  /** What came of a command that its standby was sent before the actor has heard of anything. */
  #outcomeAhead(id: string, { seat, write, command, reply }: Answered): DrivenEvent | null {
    // Something else is wanted of it by now.
    if (this.#options.desired(id)?.record.write !== write) return null;
    if (reply.type === 'unbriefed') this.briefer.forget(id);
    const outcome = this.#settle(seat, command, reply);
    return typeof outcome === 'string' ? null : outcome;
  }

  /** Nobody waits for what has failed before, as it may again; nor while its former holder goes on with it. */
  #haste(id: string, failures: number): Haste {
    const context = this.#options.context(id);
    if (context === null || context.binding === null || failures > 0) return 'ordinary';
    const { binding, replaced, leased, status, appliedGeneration, appliedEpoch } = context;
    if (status === 'deleting' || appliedGeneration === 0) return 'ordinary';
    if (binding.epoch === appliedEpoch) return 'ordinary';
    const isServedOn = replaced !== null && !leased && !this.#options.isOver(replaced);
    return isServedOn ? 'ordinary' : 'takeover';
  }

  /** By a former holder that may still serve it. */
  #heldUp(
    id: string,
    seat: Seat,
    report: (event: ShadowEnded) => void,
  ): Promise<string | null> | null {
    const context = this.#options.context(id);
    if (context === null || context.shadows.length === 0) return null;
    return this.#options.shadows.end(id, seat, context, report);
  }

  #isOutrun(id: string, outcome: DrivenEvent): boolean {
    const wanted = this.#options.context(id)?.generation ?? 0;
    return outcome.type === 'driven.applied' && outcome.generation < wanted;
  }

  /** To the holder, by what is committed; null where nothing authorises it. */
  #build(id: string): Granted | null {
    const { context, committed, log } = this.#options;
    const seat = context(id)?.binding ?? null;
    const authority = committed(id);
    if (seat === null || authority === null) return null;
    if (!authorisedByCommit(seat, authority)) {
      log.error({ loadBalancer: id, seat }, 'a command without a committed binding was held back');
      return null;
    }
    return this.#commandOf(id, seat);
  }

  #commandOf(id: string, seat: Seat): Granted | null {
    const { context, committed, desired } = this.#options;
    const live = context(id);
    const document = desired(id);
    if (live === null || document === null) return null;
    const { record } = document;
    const isBriefed = record.status === 'live' && this.briefer.isBriefed(id, seat, record.write);
    const command: CommandMessage = {
      loadBalancer: id,
      epoch: seat.epoch,
      incarnation: seat.incarnation,
      generation: record.generation,
      status: record.status,
      grant: !sameSeat(seat, committed(id)?.binding ?? null),
      device: placedOn(live) ?? record.driver,
      ...(isBriefed ? { document: null, briefed: record.write } : { document: record.document }),
      requestId: record.operationIds.at(-1) ?? null,
    };
    return { seat, write: record.write, command };
  }

  /**
   * One attempt: an event where it settled the matter, a sentence where it has to be tried again, null where there is
   * nothing to be sent. The command is built only now that its turn has come: what was committed meanwhile is in it.
   */
  async #attempt(id: string, seat: Seat): Promise<DrivenEvent | string | null> {
    try {
      const built = this.#build(id);
      if (built === null) return null;
      if (!sameSeat(built.seat, seat)) return changed;
      const { command } = built;
      const reply = await this.#commands.send(seat, command);
      if (reply.type !== 'unbriefed') return this.#settle(seat, command, reply);
      // It had to make room, or was commanded before and the answer got lost: with the document, at once.
      this.briefer.forget(id);
      // It may have been given to somebody else meanwhile, which is not committed yet.
      const { binding = null } = this.#options.context(id) ?? {};
      const whole = sameSeat(binding, seat) ? this.#build(id) : null;
      if (whole === null || !sameSeat(whole.seat, seat)) return changed;
      return this.#settle(seat, whole.command, await this.#commands.send(seat, whole.command));
    } catch (error) {
      const trouble = troubleWith(seat.agent, error);
      if (trouble !== null) return trouble;
      throw error;
    }
  }

  #settle(seat: Seat, command: CommandMessage, reply: CommandReply): DrivenEvent | string {
    const { clock, timings } = this.#options;
    const at = clock.wallMs();
    const { epoch } = seat;
    const retryAt = at + timings.refusalRetryMs;
    const refusal = {
      type: 'driven.refused',
      epoch,
      generation: command.generation,
      retryAt,
    } as const;
    switch (reply.type) {
      case 'applied': {
        const { generation, operating } = reply;
        if (reply.epoch !== epoch) return `agent ${seat.agent} answered for epoch ${reply.epoch}`;
        return { type: 'driven.applied', epoch, generation, operating, at };
      }
      case 'removed':
        if (command.status === 'live') return `agent ${seat.agent} answered that it is removed`;
        return { type: 'driven.removed', epoch };
      case 'fenced':
        // Only somebody newer can fence; anything else is a late word about an earlier command.
        if (reply.by.epoch <= epoch && !reply.by.removed) {
          return `agent ${seat.agent} answered for epoch ${reply.by.epoch}`;
        }
        if (reply.by.epoch > epoch + epochsAheadMax) {
          return { ...refusal, message: `its device holds the impossible epoch ${reply.by.epoch}` };
        }
        return { type: 'driven.fenced', epoch, by: reply.by, at };
      case 'stale':
        // Its registration will end the named incarnation and move the seat (R10).
        return `agent ${seat.agent} has started anew and is about to register`;
      case 'malformed':
        return {
          ...refusal,
          message: `agent ${seat.agent} could not read the command: ${reply.message}`,
        };
      case 'unbriefed':
        return `agent ${seat.agent} misses a document that was sent`;
      case 'failed':
        if (reply.kind === 'permanent') return { ...refusal, message: reply.message };
        return `agent ${seat.agent}: ${reply.message}`;
    }
  }
}
