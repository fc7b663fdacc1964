import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { DrivenEvent } from '../../../machines/load-balancer/events.ts';
import type { Cancellation } from '../../../machines/ports/cancellation.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { CommandMessage, CommandReply } from '../../../machines/protocol/agent-messages.ts';
import { type Seat, sameSeat } from '../../../machines/protocol/seat.ts';
import { inSlices } from '../../host/slices.ts';
import { troubleWith } from './command-trouble.ts';
import { headStartMs, Lane } from './lane.ts';
import type { Pacer } from './pacer.ts';

/** A command under a grant, and the write of the document that it is about. */
export interface Granted {
  readonly seat: Seat;
  readonly write: string;
  readonly command: CommandMessage;
}

export interface HeadStartOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly pacer: Pick<Pacer, 'run'>;
  readonly context: (id: string) => LoadBalancerContext | null;
  readonly committed: (id: string) => LoadBalancerContext | null;
  /** May this one's standby take it over now, because nobody of this agent lives any more? */
  readonly mayTakeOver: (id: string, context: LoadBalancerContext) => boolean;
  /** From committed records; null where there is nothing to be commanded. */
  readonly grant: (id: string, standby: Seat) => Granted | null;
  readonly send: (seat: Seat, command: CommandMessage) => Promise<CommandReply>;
  /** What came of the command; null where it has to be sent again. */
  readonly outcome: (id: string, answered: Answered) => DrivenEvent | null;
}

export interface Answered extends Granted {
  readonly reply: CommandReply;
}

/** Who takes it over, and what came of its command. */
export interface Taken {
  readonly by: Seat;
  readonly outcome: DrivenEvent;
}

/** `taken` is null where its standby has still to be commanded. */
export type Tell = (id: string, taken: Taken | null) => void;

const failed = 'a standby could not be commanded ahead of its actor';

/**
 * Commands standbys in the very moment of a verdict, by their grants (R3), before the actors of their load balancers
 * have heard of it: those are told with the answer in hand, and have one step to write instead of two. What takes
 * longer, or fails, is the actors' to see to: they are told all the same, and command again.
 */
export class HeadStart {
  readonly #options: HeadStartOptions;
  /** Null while the answer is awaited. */
  readonly #granted = new Map<string, Answered | null>();
  readonly #lanes = new Set<Lane>();

  constructor(options: HeadStartOptions) {
    this.#options = options;
  }

  /**
   * Commands the standbys of those that this incarnation of the agent holds, and calls `tell` with each of them in time,
   * and with what came of it where the standby has answered. The others are returned: they have to be told at once.
   */
  begin(
    ids: readonly string[],
    lost: { readonly agent: string; readonly incarnation: number },
    tell: Tell,
  ): readonly string[] {
    const others: string[] = [];
    const lanes = new Map<string, string[]>();
    for (const id of ids) {
      const standby = this.#standbyOf(id, lost);
      if (standby === null) {
        others.push(id);
        continue;
      }
      const own = lanes.get(standby.agent);
      if (own === undefined) lanes.set(standby.agent, [id]);
      else own.push(id);
    }
    for (const own of lanes.values()) this.#run(own, tell);
    return others;
  }

  /** Was its standby commanded, and has its actor not gone by that yet? Then it is the standby's, whoever comes back. */
  isGranted(id: string): boolean {
    return this.#granted.has(id);
  }

  forget(id: string): void {
    this.#granted.delete(id);
  }

  /** Somebody wants more of this one than that it is served. */
  hurry(id: string): void {
    for (const lane of this.#lanes) lane.hurry(id);
  }

  stop(): void {
    for (const lane of this.#lanes) lane.stop();
  }

  /** Null where the actor has to decide: its records don't say that this incarnation's standby takes over. */
  #standbyOf(
    id: string,
    { agent, incarnation }: { readonly agent: string; readonly incarnation: number },
  ): Seat | null {
    const { context, committed, mayTakeOver } = this.#options;
    const live = context(id);
    const known = committed(id);
    if (live === null || known === null || live.status !== 'live') return null;
    const { binding, standby, leased, shadows } = live;
    if (binding?.agent !== agent || binding.incarnation > incarnation || standby === null)
      return null;
    if (leased || shadows.length > 0 || !mayTakeOver(id, live)) return null;
    const isOnRecord = sameSeat(binding, known.binding) && sameSeat(standby, known.standby);
    return isOnRecord ? standby : null;
  }

  #run(ids: readonly string[], tell: Tell): void {
    const { clock, log } = this.#options;
    const lane = new Lane(clock, ids, (told) => {
      if (lane.isOver) this.#lanes.delete(lane);
      // An actor that has not gone by its standby's answer until then has gone another way.
      const forget = (): void => {
        for (const id of told) this.#granted.delete(id);
      };
      const tellOne = (id: string): void => {
        const taken = this.#takenOf(id);
        tell(id, taken);
        if (taken !== null) this.#granted.delete(id);
      };
      inSlices(clock, told, tellOne, () => clock.setTimer(headStartMs, forget));
    });
    this.#lanes.add(lane);
    inSlices(clock, ids, (id) => {
      this.#command(id, lane.signal)
        .catch((error: unknown) => log.error({ loadBalancer: id, err: error }, failed))
        .finally(() => lane.arrived(id));
    });
  }

  #takenOf(id: string): Taken | null {
    const answered = this.#granted.get(id) ?? null;
    const outcome = answered === null ? null : this.#options.outcome(id, answered);
    return answered === null || outcome === null ? null : { by: answered.seat, outcome };
  }

  async #command(id: string, signal: Cancellation): Promise<void> {
    const { pacer, committed, grant } = this.#options;
    const standby = committed(id)?.standby ?? null;
    if (standby === null || signal.aborted) return;
    await pacer.run({ id, seat: standby, haste: 'takeover', signal }, async () => {
      // Built only now that its turn has come.
      const isOnRecord = sameSeat(standby, committed(id)?.standby ?? null);
      const granted = isOnRecord ? grant(id, standby) : null;
      if (granted === null || signal.aborted) return;
      this.#granted.set(id, null);
      const reply = await this.#replyTo(granted);
      if (reply === null || signal.aborted) this.#granted.delete(id);
      else if (this.#granted.has(id)) this.#granted.set(id, { ...granted, reply });
    });
  }

  /** Null where there is none: the actor commands again, and tells of the trouble. */
  async #replyTo({ seat, command }: Granted): Promise<CommandReply | null> {
    try {
      return await this.#options.send(seat, command);
    } catch (error) {
      if (troubleWith(seat.agent, error) === null) throw error;
      return null;
    }
  }
}
