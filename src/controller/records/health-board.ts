import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { HealthPush, type HealthReport } from '../../../machines/protocol/health-messages.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { parseMessage } from '../../messaging/endpoint.ts';
import { type Bus, type BusMessage, BusUnavailable, type Subscription } from '../../ports/bus.ts';

/** What one agent said last of one load balancer. */
export interface KnownHealth
  extends
    Pick<HealthPush, 'agent' | 'incarnation' | 'sequence'>,
    Pick<HealthReport, 'epoch' | 'generation' | 'operating' | 'reason'> {}

export interface HealthBoardOptions {
  readonly bus: Bus;
  readonly log: Log;
  /** Is there this load balancer, as far as is known here? */
  readonly exists: (loadBalancer: string) => boolean;
  /** Who holds it by the newest record that is known here; null: nobody. */
  readonly holder: (loadBalancer: string) => Seat | null;
  /** All that are on record. */
  readonly agents: () => Iterable<string>;
}

interface Kept {
  readonly current: KnownHealth | null;
  /** Of an epoch that is not on record here yet. */
  readonly early: KnownHealth | null;
}

/**
 * How the traffic of all load balancers fares, as their holders tell it. Every controller hears all of
 * it, since each answers for all; none of it is on record, so a controller that comes asks for it. What
 * somebody else says than the holder of the epoch on record counts for nothing.
 */
export class HealthBoard {
  readonly #options: HealthBoardOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: HealthBoardOptions) {
    this.#options = options;
  }

  listen(): readonly Subscription[] {
    const { bus } = this.#options;
    return [
      bus.subscribe(subjects.allHealth, (message) => this.#heard(message)),
      bus.onStatus((status) => {
        if (status === 'connected') this.ask();
      }),
    ];
  }

  /** Asks all agents to tell all of theirs once more: what was told so far, this controller may not have heard. */
  ask(): void {
    const { bus, log, agents } = this.#options;
    for (const agent of agents()) {
      try {
        bus.publish(subjects.down(agent, 'health'), '{}');
      } catch (error) {
        if (!(error instanceof BusUnavailable)) throw error;
        log.debug({ agent }, 'an agent was not asked for health: not connected');
      }
    }
  }

  /** What was told last by the holder, or by the one before it. */
  of(loadBalancer: string): KnownHealth | null {
    const kept = this.#kept.get(loadBalancer);
    if (kept === undefined) return null;
    const { early } = kept;
    if (early === null || !isOf(this.#options.holder(loadBalancer), early)) return kept.current;
    this.#kept.set(loadBalancer, { current: early, early: null });
    return early;
  }

  forget(loadBalancer: string): void {
    this.#kept.delete(loadBalancer);
  }

  /** The subject names the sender, and the server's permissions vouch for the subject. */
  #heard({ subject, data }: BusMessage): void {
    const { log } = this.#options;
    const sender = subjects.parseHealth(subject);
    const parsed = parseMessage(HealthPush, data);
    const problem = 'problem' in parsed ? parsed.problem : null;
    if (sender === null || 'problem' in parsed) {
      log.warn({ subject, problem }, 'a malformed message was dropped');
      return;
    }
    const { agent, incarnation, sequence, reports } = parsed.value;
    if (agent !== sender) {
      const words = `agent ${sender} speaks for ${agent}`;
      log.warn({ subject, problem: words }, 'a malformed message was dropped');
      return;
    }
    for (const { loadBalancer, ...report } of reports) {
      this.#note(loadBalancer, { agent, incarnation, sequence, ...report });
    }
  }

  #note(id: string, said: KnownHealth): void {
    const { exists, holder } = this.#options;
    // A load balancer that is not known here yet is told of again.
    if (!exists(id)) return;
    const seat = holder(id);
    const current = this.of(id);
    const early = this.#kept.get(id)?.early ?? null;
    if (isOf(seat, said)) {
      const isLate = current !== null && isOf(seat, current) && !isNewer(said, current);
      if (!isLate) this.#kept.set(id, { current: said, early });
    } else if (said.epoch > (seat?.epoch ?? 0)) {
      const isLate = early?.agent === said.agent && !isNewer(said, early);
      if (!isLate) this.#kept.set(id, { current, early: said });
    }
  }
}

/**
 * Does what was told come after what was found when the record's newest configuration was applied? Only
 * then does it say more.
 */
export function saysMore(
  told: Pick<KnownHealth, 'epoch' | 'generation'>,
  { appliedEpoch, appliedGeneration }: LoadBalancerContext,
): boolean {
  if (told.epoch !== appliedEpoch) return told.epoch > appliedEpoch;
  return told.generation >= appliedGeneration;
}

/** Does the seat's holder say it? An incarnation may have ended while its devices are still its own. */
function isOf(seat: Seat | null, { agent, epoch }: Pick<KnownHealth, 'agent' | 'epoch'>): boolean {
  return seat !== null && seat.agent === agent && seat.epoch === epoch;
}

/** Of two reports of one agent: a process counts its own, and each has a higher incarnation. */
function isNewer(a: KnownHealth, b: KnownHealth): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.incarnation !== b.incarnation) return a.incarnation > b.incarnation;
  return a.sequence > b.sequence;
}
