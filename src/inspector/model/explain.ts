import type { Entry } from './entries.ts';
import { type LoadBalancerCell, actorsOf, cellOf } from './fleet.ts';
import { type SeatShown, listOf, numberOf, recordOf, seatsOf, textOf } from './reading.ts';
import { isSilent } from './silence.ts';
import { type Tone, toneOf } from './tone.ts';
import type { InspectedWorld } from './world.ts';

/** How many of its last transitions are told. */
export const transitionsToldMax = 12;

export interface Holder {
  readonly role: 'holder' | 'standby' | 'shadow' | 'replaced';
  readonly seat: SeatShown;
  readonly host: string | null;
  /** As its judge sees it; null where none tells of it. */
  readonly state: string | null;
  readonly tone: Tone;
  readonly note: string;
}

export interface Explanation {
  readonly cell: LoadBalancerCell;
  /** Where it is, in a sentence; why, in another; and what would change that. */
  readonly where: string;
  readonly why: string;
  readonly next: string;
  readonly holders: readonly Holder[];
  readonly rejected: readonly { readonly agent: string; readonly reason: string }[];
  readonly device: string | null;
  readonly driver: string | null;
  readonly mayMove: boolean;
  readonly generation: number | null;
  readonly appliedGeneration: number | null;
  readonly lastEpoch: number | null;
  readonly retryAtMs: number | null;
  /** The process in which its actor runs, and whether that tells nothing any more. */
  readonly node: string;
  readonly isSilent: boolean;
}

/** Why a load balancer is where it is; null where nobody knows it. */
export function explain(world: InspectedWorld, id: string, nowMs: number): Explanation | null {
  const actor = actorsOf(world, 'load-balancer', nowMs).get(id);
  if (actor === undefined) return null;
  const cell = cellOf(actor);
  const { context } = actor;
  const node = world.nodes.get(actor.node);
  const holders = holdersOf(world, cell, nowMs);
  const rejected = listOf(context['rejected'])
    .map(recordOf)
    .map((each) => ({
      agent: textOf(each?.['agent']) ?? '',
      reason: textOf(each?.['reason']) ?? '',
    }))
    .filter(({ agent }) => agent !== '');
  return {
    cell,
    where: whereOf(cell, holders),
    why: whyOf(cell, holders),
    next: nextOf(cell, rejected.length),
    holders,
    rejected,
    device: textOf(context['device']),
    driver: textOf(context['driver']),
    mayMove: context['reschedulable'] === true,
    generation: numberOf(context['generation']),
    appliedGeneration: numberOf(context['appliedGeneration']),
    lastEpoch: numberOf(context['lastEpoch']),
    retryAtMs: numberOf(context['retryAt']),
    node: actor.node,
    isSilent: node === undefined || isSilent(node, nowMs),
  };
}

function holdersOf(world: InspectedWorld, cell: LoadBalancerCell, nowMs: number): Holder[] {
  const judged = actorsOf(world, 'liveness', nowMs);
  const describe = (role: Holder['role'], seat: SeatShown, note: string): Holder => {
    const liveness = judged.get(seat.agent);
    const incarnation = numberOf(liveness?.context['incarnation']);
    const isOver =
      incarnation !== null && seat.incarnation !== null && incarnation > seat.incarnation;
    const host = textOf(recordOf(liveness?.context['description'])?.['host']);
    return {
      role,
      seat,
      host,
      state:
        liveness === undefined
          ? null
          : isOver
            ? `over: it is at incarnation ${incarnation}`
            : liveness.state,
      tone: liveness === undefined ? 'idle' : isOver ? 'bad' : toneOf(liveness),
      note,
    };
  };
  const { context } = cell.actor;
  const holders: Holder[] = [];
  if (cell.binding !== null) {
    const note = { lost: 'held it last', moving: 'takes it over' }[cell.tone as string];
    holders.push(describe('holder', cell.binding, note ?? 'serves it'));
  }
  if (cell.standby !== null) holders.push(describe('standby', cell.standby, 'would take over'));
  for (const seat of seatsOf(context['shadows'])) {
    holders.push(describe('shadow', seat, 'not yet proven to have ended'));
  }
  const [replaced] = seatsOf([context['replaced']]);
  if (replaced !== undefined) holders.push(describe('replaced', replaced, 'is told to let go'));
  return holders;
}

function whereOf(
  { name, state, binding, actor }: LoadBalancerCell,
  holders: readonly Holder[],
): string {
  if (actor.condition !== 'running')
    return `The actor of ${name} does not run: it is ${actor.condition}.`;
  if (binding === null) return `${name} has no holder; it is ${state}.`;
  const [holder] = holders;
  const host = holder?.host === null || holder?.host === undefined ? '' : ` on ${holder.host}`;
  const seat = `${binding.agent}${host}`;
  const epoch = binding.epoch === null ? '' : ` under epoch ${binding.epoch}`;
  const family = state.split('.')[0] ?? state;
  switch (family) {
    case 'bound':
      return `${name} is held by ${seat}${epoch}, and ${words(state)}.`;
    case 'rebinding':
      return `${name} is on its way to ${seat}${epoch}.`;
    case 'orphaned':
      return `${name} was held by ${seat} until that was lost, and nobody holds it now.`;
    default:
      return `${name} is ${words(state)}; ${seat} holds it${epoch}.`;
  }
}

const inWords: Readonly<Record<string, string>> = {
  'bound.settled': 'settled there',
  'bound.applying': 'its newest configuration is being applied',
  'bound.degraded': 'its newest configuration is refused',
  'bound.queued': 'waits in the queue of its device',
  'deleting.removing': 'being removed from its device',
  'deleting.refused': 'refused by its device when it was to be removed',
  'deleting.waiting': 'waiting for somebody who removes it',
};

const words = (state: string) => inWords[state] ?? state;

function whyOf(
  { reason, binding, tone, standby }: LoadBalancerCell,
  holders: readonly Holder[],
): string {
  if (reason !== null) return sentence(reason);
  if (tone === 'ok' && binding !== null) {
    const isAlive = holders[0]?.state === 'alive';
    const more = standby === null ? 'nobody stands by' : `${standby.agent} stands by`;
    return `Its holder is ${isAlive ? 'alive' : (holders[0]?.state ?? 'not judged by anybody here')}; ${more}.`;
  }
  const replaced = holders.find(({ role }) => role === 'replaced');
  if (replaced !== undefined) {
    return `It leaves ${replaced.seat.agent}, which is ${replaced.state ?? 'not judged by anybody here'}.`;
  }
  if (tone === 'moving') return 'It was given to its holder, and is not served there yet.';
  return tone === 'busy' ? 'It was changed.' : 'It gives no reason.';
}

function nextOf({ state, standby, tone, isOverdue }: LoadBalancerCell, rejected: number): string {
  const late = isOverdue ? ' Its deadline has passed already.' : '';
  const [family] = state.split('.');
  if (family === 'pending' || family === 'orphaned') {
    if (standby !== null)
      return `The standby ${standby.agent} takes over once placement finds it ready.${late}`;
    const others =
      rejected === 0
        ? ''
        : ` ${rejected} ${rejected === 1 ? 'agent was' : 'agents were'} rejected for now.`;
    return `Placement offers it a seat as soon as an agent may take it.${others}${late}`;
  }
  if (family === 'rebinding') return `It is bound once its holder has applied it.${late}`;
  if (state === 'bound.applying')
    return `It settles once its holder has applied the newest generation.${late}`;
  if (state === 'bound.degraded')
    return `The same configuration is tried again later, or a changed one at once.${late}`;
  if (tone === 'ok') return 'It stays until its holder is lost or leaves, or it is changed.';
  if (family === 'deleting')
    return `It is deleted once its device has confirmed that it is gone.${late}`;
  return late.trim();
}

const sentence = (text: string) => {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
};

/** Its last transitions, the newest first. */
export function lastTransitions(
  entries: Iterable<Entry>,
  kind: string,
  id: string,
): readonly Entry[] {
  const found: Entry[] = [];
  for (const entry of entries) {
    if (entry.step === null || entry.actor?.kind !== kind || entry.actor.id !== id) continue;
    found.push(entry);
    if (found.length > transitionsToldMax) found.shift();
  }
  return found.reverse();
}
