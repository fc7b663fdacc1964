import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import { Fault } from '../../../machines/model/fault.ts';
import type { AgentFacts, Apart } from '../../../machines/placement/candidates.ts';
import { rank, type RankPolicy } from '../../../machines/placement/rank.ts';
import {
  type Movable,
  planMoves,
  type PlannedMove,
} from '../../../machines/placement/rebalance.ts';
import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { RebalanceView } from '../../api/services.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import type { Projection } from '../records/projection.ts';
import { Placer } from './placer.ts';

/** Whether load balancers move because loads have become uneven, and nothing else is the matter. */
export type RebalanceMode = 'off' | 'paced';

/** How many moves for the sake of even loads are under way at once, where nothing else is configured. */
export const movesInFlightDefault = 4;
/** How many moves are planned ahead, and shown. */
export const plannedMovesMax = 1_000;
/** How often it is looked whether somebody holds too many. */
export const lookMs = 1_000;
/** How long a pass goes on that nobody asks for again: whoever wants it may be gone. */
export const passMs = 60_000;

export interface RebalancerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'rebalanceAfterMs' | 'commandTimeoutMs' | 'refusalRetryMs'>;
  readonly mode: RebalanceMode;
  readonly movesInFlight: number;
  readonly fleet: FleetView;
  readonly placer: Pick<Placer, 'others'>;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  /** Of all controllers, one moves at a time. */
  readonly isItsTurn: () => boolean;
  readonly ids: () => Iterable<string>;
  /** What is on record of a load balancer; null where nobody was ever bound. */
  readonly known: (
    id: string,
  ) => { readonly state: string; readonly context: LoadBalancerContext } | null;
  readonly move: (id: string, agent: string) => Promise<unknown>;
}

interface UnderWay extends PlannedMove {
  readonly sinceMs: MonotonicMs;
}

/**
 * Brings load balancers of shared devices to agents that hold less, a few at a time: by itself, or in a pass that
 * an operator asks for. Nothing of it is on record: whoever goes on plans anew, by what is held then.
 */
export class Rebalancer {
  readonly #options: RebalancerOptions;
  readonly #underWay = new Map<string, UnderWay>();
  /** Those that could not be moved, and when: they rest for a while. */
  readonly #refusedMs = new Map<string, MonotonicMs>();
  #passUntilMs = Number.NEGATIVE_INFINITY;
  /** Since when agents hold too many, while nothing else is the matter. */
  readonly #fullSince = new Map<string, MonotonicMs>();
  #lookedMs: MonotonicMs | null = null;

  constructor(options: RebalancerOptions) {
    this.#options = options;
  }

  /** An operator wants it now: until it is done, or nobody asks for it any more. */
  pass(): void {
    this.#passUntilMs = this.#options.clock.monotonicMs() + passMs;
  }

  view(): RebalanceView {
    const { fleet, mode, movesInFlight } = this.#options;
    const moves = this.#plan();
    const agents = fleet.facts().map(({ id, load }) => ({ agent: id, load }));
    return { mode, movesInFlight, blocked: this.#blocked(), moves, agents };
  }

  /** Asked again and again, while this controller is heard. */
  look(): void {
    const { clock, mode, isItsTurn } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#lookedMs !== null && nowMs - this.#lookedMs < lookMs) return;
    this.#lookedMs = nowMs;
    const isPass = nowMs < this.#passUntilMs;
    if ((mode === 'off' && !isPass) || !isItsTurn()) {
      this.#fullSince.clear();
      return;
    }
    this.#forgetWhatHasEnded(nowMs);
    this.#go(nowMs, isPass);
  }

  #go(nowMs: MonotonicMs, isPass: boolean): void {
    const { movesInFlight, timings } = this.#options;
    const isBlocked = this.#blocked() !== null;
    const moves = isBlocked ? [] : this.#plan();
    this.#note(new Set(moves.map(({ from }) => from)), nowMs);
    if (isBlocked) return;
    if (moves.length === 0 && this.#underWay.size === 0) {
      this.#passUntilMs = Number.NEGATIVE_INFINITY;
    }
    // Who has just come may go again, and what is uneven for a moment is not worth a move.
    const isDue = ({ from }: PlannedMove): boolean =>
      isPass || nowMs - (this.#fullSince.get(from) ?? nowMs) >= timings.rebalanceAfterMs;
    const free = Math.max(0, movesInFlight - this.#underWay.size);
    for (const move of moves.filter(isDue).slice(0, free)) this.#begin(move, nowMs);
  }

  #note(full: ReadonlySet<string>, nowMs: MonotonicMs): void {
    for (const agent of this.#fullSince.keys()) if (!full.has(agent)) this.#fullSince.delete(agent);
    for (const agent of full) {
      if (!this.#fullSince.has(agent)) this.#fullSince.set(agent, nowMs);
    }
  }

  #begin(planned: PlannedMove, nowMs: MonotonicMs): void {
    const { clock, log, move } = this.#options;
    const { loadBalancer, from, to } = planned;
    this.#underWay.set(loadBalancer, { ...planned, sinceMs: nowMs });
    log.info({ loadBalancer, from, to }, 'a load balancer moves to an agent that holds less');
    move(loadBalancer, to).catch((error: unknown) => {
      this.#underWay.delete(loadBalancer);
      this.#refusedMs.set(loadBalancer, clock.monotonicMs());
      if (error instanceof Fault) {
        log.info({ loadBalancer, to, reason: error.message }, 'it does not move');
      } else log.error({ loadBalancer, to, err: error }, 'it could not be moved');
    });
  }

  #forgetWhatHasEnded(nowMs: MonotonicMs): void {
    const { known, timings } = this.#options;
    for (const [id, { from, sinceMs }] of this.#underWay) {
      const now = known(id);
      const holder = now?.context.binding?.agent;
      const isThere = holder !== from && now?.state.startsWith('bound') === true;
      if (now === null || isThere || nowMs - sinceMs > 2 * timings.commandTimeoutMs) {
        this.#underWay.delete(id);
      }
    }
    for (const [id, sinceMs] of this.#refusedMs) {
      if (nowMs - sinceMs >= timings.refusalRetryMs) this.#refusedMs.delete(id);
    }
  }

  /** Why nothing moves for the sake of even loads now; null where nothing speaks against it. */
  #blocked(): string | null {
    const { fleet, ids, known } = this.#options;
    if (fleet.brake.view().engaged) return 'the storm brake is on';
    const unsure = fleet.facts().find(({ state }) => unsettled.has(state));
    if (unsure !== undefined) return `agent ${unsure.id} is ${unsure.state}`;
    let waiting = 0;
    for (const id of ids()) {
      const state = known(id)?.state ?? 'pending';
      if (!state.startsWith('bound') && !this.#underWay.has(id)) waiting += 1;
    }
    if (waiting === 0) return null;
    const words = waiting === 1 ? '1 load balancer waits' : `${waiting} load balancers wait`;
    return `${words} for a seat, or for the device`;
  }

  #plan(): readonly PlannedMove[] {
    const { fleet, known, placer } = this.#options;
    const context = (id: string) => known(id)?.context ?? null;
    return planMoves({
      agents: this.#loaded(fleet.facts()),
      movable: [...this.#movable()],
      others: ({ id }, agents) => {
        const now = context(id);
        return now === null ? [] : placer.others(id, now, agents);
      },
      movesMax: plannedMovesMax,
    });
  }

  /** With what is on its way already where it will be. */
  #loaded(facts: readonly AgentFacts[]): readonly AgentFacts[] {
    const more = new Map<string, number>();
    const add = (agent: string, count: number) => more.set(agent, (more.get(agent) ?? 0) + count);
    for (const [id, { from, to }] of this.#underWay) {
      if (this.#options.known(id)?.context.binding?.agent !== from) continue;
      add(from, -1);
      add(to, 1);
    }
    return facts.map((agent) => ({ ...agent, load: agent.load + (more.get(agent.id) ?? 0) }));
  }

  /** What is settled on a device that fences its agents: there a move interrupts nothing. */
  *#movable(): Iterable<Movable> {
    const { ids, known, resolveDriver } = this.#options;
    for (const id of ids()) {
      if (this.#underWay.has(id) || this.#refusedMs.has(id)) continue;
      const now = known(id);
      if (now?.state !== 'bound.settled') continue;
      const { binding, driver, queued, status } = now.context;
      const device = placedOn(now.context);
      const isFree = resolveDriver(driver)?.fence === 'device' && !queued && status === 'live';
      if (binding !== null && device !== null && isFree)
        yield { id, device, holder: binding.agent };
    }
  }
}

/** Of agents of which it is not known whether they will be there. */
const unsettled: ReadonlySet<string> = new Set(['suspect', 'restarting', 'draining']);

/** How a controller rebalances, in the words of its options. */
interface RebalancingOptions extends Pick<
  RebalancerOptions,
  'clock' | 'log' | 'timings' | 'resolveDriver'
> {
  readonly rank?: RankPolicy;
  readonly rebalance?: RebalanceMode;
  readonly movesInFlight?: number;
}

/** The one of a controller, which sees all load balancers and agents. */
export function rebalancerOf(
  options: RebalancingOptions,
  own: Pick<RebalancerOptions, 'fleet' | 'isItsTurn' | 'move'> & {
    readonly projection: Pick<Projection, 'desired' | 'binding'>;
    readonly apart: (id: string) => Apart;
  },
): Rebalancer {
  const { clock, rebalance: mode = 'off', movesInFlight = movesInFlightDefault } = options;
  const { fleet, apart, projection } = own;
  return new Rebalancer({
    ...options,
    ...own,
    mode,
    movesInFlight,
    placer: new Placer(clock, fleet, { rank: options.rank ?? rank, apart }),
    ids: () => projection.desired.keys(),
    known: (id) => projection.binding.get(id),
  });
}
