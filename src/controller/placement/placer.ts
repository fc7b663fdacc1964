import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import type { Candidate, LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import { type Claimant, mayStart } from '../../../machines/load-balancer/shadows.ts';
import type { AgentFacts, Apart } from '../../../machines/placement/candidates.ts';
import { rankOnDevices } from '../../../machines/placement/devices.ts';
import type { Ranking, RankPolicy } from '../../../machines/placement/rank.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import { takesNothing } from './dispatch.ts';

/** How many candidates an offer carries: a holder, a standby, and spares. */
export const candidatesMax = 4;

/** Answers where a load balancer may sit, at this moment, with reasons. */
export class Placer {
  readonly #clock: Clock;
  readonly #fleet: FleetView;
  readonly #policy: RankPolicy;
  readonly #apart: (id: string) => Apart;

  constructor(
    clock: Clock,
    fleet: FleetView,
    { rank, apart }: { readonly rank: RankPolicy; readonly apart: (id: string) => Apart },
  ) {
    this.#clock = clock;
    this.#fleet = fleet;
    this.#policy = rank;
    this.#apart = apart;
  }

  /**
   * The offer for a load balancer that wants a seat, or a standby. `isGranted`: its standby has been commanded, so that
   * nobody who comes back can keep it.
   */
  offer(
    id: string,
    context: LoadBalancerContext,
    isGranted = false,
  ): LoadBalancerEvent & { type: 'place' } {
    const apart = this.#apart(id);
    const claimants = this.#fleet.claimants(context);
    if (!context.queued && this.isStandbysTurn(id, context)) return this.#promotion(claimants);
    const ranking = this.#rank(id, context, apart, claimants);
    const holder = context.binding?.agent;
    const own = ranking.ranked.filter((agent) => agent.id === holder);
    const others = ranking.ranked.filter((agent) => agent.id !== holder);
    // A holder that is back under a new incarnation keeps its load: nothing has to move (R10). One
    // that is being drained has it again only where nobody else can take it.
    const isLeft = this.#fleet.current(holder ?? '')?.cordon?.draining === true;
    const staysInPlace = own.length > 0 && !isLeft && !isGranted;
    const candidates = (isLeft ? [...others, ...own] : [...own, ...others])
      .slice(0, candidatesMax)
      .map(candidate(ranking));
    return {
      type: 'place',
      candidates,
      claimants,
      standbyReady: !staysInPlace && this.#standbyReady(context, ranking, apart),
      rejected: ranking.rejected,
      reason: whyNobody(ranking, context),
      at: this.#clock.wallMs(),
    };
  }

  #promotion(claimants: readonly Claimant[]): LoadBalancerEvent & { type: 'place' } {
    const nobodyElse = { candidates: [], rejected: [], reason: '' };
    return {
      type: 'place',
      standbyReady: true,
      claimants,
      ...nobodyElse,
      at: this.#clock.wallMs(),
    };
  }

  /** Is it clear without any ranking that its standby takes over, because nobody of its holder's lives any more? */
  isStandbysTurn(id: string, context: LoadBalancerContext): boolean {
    const { binding, standby } = context;
    if (standby === null || !this.#fleet.isAlive(standby.agent, standby.incarnation)) return false;
    if (this.#fleet.current(binding?.agent ?? '')?.state !== 'dead') return false;
    if (this.#fleet.hasLost(standby.agent, placedOn(context))) return false;
    const host = this.#fleet.current(standby.agent)?.description?.host ?? '';
    const { never, avoid } = this.#apart(id);
    return !never.has(host) && !avoid.has(host);
  }

  /** The offer for the agent that has taken its ticket for this device; a sentence where it can't take it. */
  taken(
    id: string,
    context: LoadBalancerContext,
    agent: string,
    device: string,
  ): (LoadBalancerEvent & { type: 'place' }) | string {
    const claimants = this.#fleet.claimants(context);
    const ranking = this.#rank(id, context, this.#apart(id), claimants, device);
    const { ranked, rejected } = ranking;
    const facts = ranked.find((one) => one.id === agent);
    if (facts === undefined) {
      return rejected.find((one) => one.agent === agent)?.reason ?? 'is not known';
    }
    const isLeft = this.#fleet.current(agent)?.cordon?.draining === true;
    if (isLeft && ranked.length > 1) return 'is being drained';
    // Traffic that nobody looks after waits for nobody better, and nothing does for a holder who takes from no queue.
    const isLost = context.binding !== null && this.#isOver(context.binding);
    const best = ranked.find(({ id: one }) => !takesNothing(one, this.#fleet));
    if (facts.flapping !== null && best?.flapping === null && !isLost) return facts.flapping;
    const candidates = [candidate(ranking)(facts)];
    const at = this.#clock.wallMs();
    const nobodyElse = { standbyReady: false, rejected: [], reason: '' };
    return { type: 'place', candidates, claimants, ...nobodyElse, at };
  }

  /** The offer for a load balancer whose holder wants to leave. */
  leaving(
    id: string,
    context: LoadBalancerContext,
    agent: string,
    incarnation: number,
  ): LoadBalancerEvent & { type: 'agent.leaving' } {
    const apart = this.#apart(id);
    const ranking = this.#rank(id, context, apart);
    const candidates = ranking.ranked
      .filter((facts) => facts.id !== agent)
      .slice(0, candidatesMax)
      .map(candidate(ranking));
    const standbyReady = this.#standbyReady(context, ranking, apart);
    const at = this.#clock.wallMs();
    const claimants = this.#fleet.claimants(context);
    return { type: 'agent.leaving', agent, incarnation, candidates, claimants, standbyReady, at };
  }

  /** Who else can take it and loses nothing by that, the best first, where these are the agents. */
  others(
    id: string,
    context: LoadBalancerContext,
    agents: readonly AgentFacts[],
  ): readonly AgentFacts[] {
    const apart = this.#apart(id);
    const { ranked } = this.#rank(id, context, apart, [], placedOn(context), agents);
    return ranked.filter(
      (agent) => agent.id !== context.binding?.agent && !apart.avoid.has(agent.host),
    );
  }

  /** The order that gives it to one agent; a sentence where that one can't take it. */
  moving(
    id: string,
    context: LoadBalancerContext,
    target: string,
  ): (LoadBalancerEvent & { type: 'agent.leaving' }) | string {
    const { binding, standby } = context;
    if (binding === null) return 'it is bound to nobody, and waits for any agent that can take it';
    const ranking = this.#rank(id, context, this.#apart(id));
    const { ranked, rejected } = ranking;
    const facts = ranked.find((agent) => agent.id === target);
    if (facts === undefined) {
      const why = rejected.find(({ agent }) => agent === target)?.reason;
      return why === undefined ? `there is no agent ${target}` : `${target} ${why}`;
    }
    const { incarnation } = facts;
    const candidates = [candidate(ranking)(facts)];
    const standbyReady = standby?.agent === target && standby.incarnation === incarnation;
    const at = this.#clock.wallMs();
    const claimants = this.#fleet.claimants(context);
    const left = { agent: binding.agent, incarnation: binding.incarnation };
    const ordered = true as const;
    return { type: 'agent.leaving', ...left, candidates, claimants, standbyReady, ordered, at };
  }

  /** Is there anybody who would stand by, and be trusted with it? */
  hasTrustedStandby(id: string, context: LoadBalancerContext): boolean {
    const { ranked } = this.#rank(id, context, this.#apart(id));
    const best = ranked.find((agent) => agent.id !== context.binding?.agent);
    return best?.flapping === null;
  }

  #isOver({ agent, incarnation }: Seat): boolean {
    return this.#fleet.verdictOn(agent, incarnation) !== null;
  }

  /**
   * May it take over? Others of its groups may have come to its host since it was named; and it may have lost the device,
   * which somebody else reaches.
   */
  #standbyReady(context: LoadBalancerContext, { ranked }: Ranking, apart: Apart): boolean {
    const { standby } = context;
    if (standby === null || !this.#fleet.isAlive(standby.agent, standby.incarnation)) return false;
    const isOther = ({ id }: AgentFacts): boolean => id !== standby.agent;
    if (this.#fleet.hasLost(standby.agent, placedOn(context)) && ranked.some(isOther)) return false;
    const host = this.#fleet.current(standby.agent)?.description?.host ?? '';
    if (apart.never.has(host)) return false;
    return !apart.avoid.has(host) || ranked.every((agent) => apart.avoid.has(agent.host));
  }

  #rank(
    id: string,
    context: LoadBalancerContext,
    apart: Apart,
    claimants: readonly Claimant[] = [],
    device: string | null = placedOn(context),
    agents: readonly AgentFacts[] = this.#fleet.facts(),
  ): OnDevice {
    const holder = context.binding?.agent;
    const facts = agents.map((agent) => {
      if (agent.id === holder) return asHolder(agent, context);
      return context.status === 'deleting' ? { ...agent, capacity: null } : agent;
    });
    const ask = {
      loadBalancer: id,
      host: context.reschedulable ? null : context.host,
      zone: context.zone,
      exclude: claimants.length === 0 ? nobody : heldUp(context, facts, claimants),
      apart,
    };
    const { driver } = context;
    const free =
      device === null
        ? rankOnDevices(this.#policy, facts, { ...ask, driver }, this.#fleet.devices())
        : null;
    if (free !== null) return free;
    // There it stays; or nobody drives a device of its driver, and that is what is to be said.
    const own = device ?? driver;
    return { device: own, ...this.#policy(facts, { ...ask, device: own }) };
  }
}

/**
 * A holder is never full, nor closed, to what it has: it may hold more than it may be given, because several controllers have
 * placed at once, or its capacity was made smaller. Nor does a suspicion count against one that
 * has started anew: it moves nothing that is bound, and may be about the former life, of whose end the server tells late.
 */
function asHolder(agent: AgentFacts, { binding }: LoadBalancerContext): AgentFacts {
  const isBack = agent.incarnation > (binding?.incarnation ?? agent.incarnation);
  const state = isBack && agent.state === 'suspect' ? 'alive' : agent.state;
  return { ...agent, load: agent.load - 1, capacity: null, cordoned: false, state };
}

/** Who can take it, on the device that holds it, or is to hold it. */
type OnDevice = Ranking & { readonly device: string };

const candidate =
  ({ device }: OnDevice) =>
  ({ id: agent, incarnation, host }: AgentFacts): Candidate => ({
    agent,
    incarnation,
    host,
    device,
  });

const nobody: ReadonlyMap<string, string> = new Map();

/** Who has to wait until somebody else's lease has ended, and whose. */
function heldUp(
  context: LoadBalancerContext,
  facts: readonly AgentFacts[],
  claimants: readonly Claimant[],
): ReadonlyMap<string, string> {
  const first = claimants.find(({ ended }) => !ended);
  if (first === undefined) return nobody;
  const why = `has to wait until the lease of agent ${first.agent} has ended`;
  return new Map(
    facts.flatMap(({ id, host }) =>
      mayStart(context, { agent: id, host }, claimants) ? [] : [[id, why] as const],
    ),
  );
}

function whyNobody(ranking: Ranking, context: LoadBalancerContext): string {
  if (ranking.ranked.length > 0) return '';
  if (ranking.rejected.length === 0) return 'no agent has registered yet';
  const tied =
    !context.reschedulable && context.host !== null
      ? ` on host ${context.host}, which it can't leave,`
      : '';
  const [first] = ranking.rejected;
  const example = first === undefined ? '' : `: ${first.agent} ${first.reason}`;
  const others = ranking.rejected.length - 1;
  const more = others > 0 ? `, and ${others} more` : '';
  return `no agent${tied} can take it${example}${more}`;
}
