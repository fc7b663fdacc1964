import type { Seat } from '../../machines/protocol/seat.ts';
import { expectedFailover } from '../../machines/timings/expected-failover.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { stateName } from '../../src/host/actor-kind.ts';
import { capableAgents } from '../evidence/capable-agents.ts';
import { JudgeChanges } from '../evidence/judge-changes.ts';
import { liveRecord, mayBeKept } from '../evidence/on-record.ts';
import { bindingOf } from '../evidence/records.ts';
import { mayHaveStormed } from '../evidence/storms.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentReborn } from '../faults/agent-reborn.ts';
import { hostDies } from '../faults/host-dies.ts';
import { journalDamaged } from '../faults/journal-damaged.ts';
import type { WorldEvent } from '../world/events.ts';
import { isDrivenUnderLease } from '../world/places.ts';
import { witnessesOf } from '../world/virtual-witnesses.ts';
import type { World } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';

/** The kinds of faults by which agents die at once. */
const deaths: ReadonlySet<string> = new Set([
  agentCrash.name,
  agentReborn.name,
  hostDies.name,
  journalDamaged.name,
]);

/** How long one call to a device takes at most, with its command's way and its record's. */
const applyMs = 100;

/** A load balancer whose holder is dead, and is to be driven by somebody else. */
interface Waiting {
  readonly diedMs: number;
  readonly dueMs: number;
  readonly limitMs: number;
  readonly lost: Seat;
  readonly able: string;
  readonly driver: string;
}

/**
 * From the death of its holder until another agent has written to a load balancer's device: the
 * slowest detection, a heartbeat for claims, a command's first retries, and three calls to the device. What
 * is leased waits for the lapse of the lease instead.
 */
export function rebindLimitMs(timings: Timings, leased = false): number {
  const deadMs = Math.max(...expectedFailover(timings).map(({ totalMs }) => totalMs));
  // Proven by time only, which is looked at as often as agents are heard, and tried again as often.
  const lapsedMs = timings.lapseMs + 2 * timings.heartbeatMs;
  const detectionMs = leased ? Math.max(deadMs, lapsedMs) : deadMs;
  const claimMs = timings.heartbeatMs + timings.ackTimeoutMs;
  const commandMs = 3 * timings.commandRetryMs;
  return detectionMs + claimMs + commandMs + 3 * applyMs;
}

/** Are there enough of its witnesses to prove that its lease has lapsed? They may not have joined yet (R17). */
function canBeDenied(world: World, agent: string, living: readonly string[]): boolean {
  const set = witnessesOf(agent, world);
  if (set === null) return true;
  return set.agents.filter((witness) => living.includes(witness)).length >= set.denials;
}

/**
 * Where an agent dies and nothing else was wrong for a while: each load balancer that was settled
 * there, and that another agent which lives can drive, is driven by somebody within the limit.
 */
export const rebindsInTime: CheckerKind = {
  name: 'rebinds-in-time',
  excuses: true,
  start({ world, core, disturbances, judges, violate }) {
    const { timings } = world.options;
    const limits = { leased: rebindLimitMs(timings, true), other: rebindLimitMs(timings) };
    /** How long after any other trouble the fleet may still be sorting itself out. */
    const calmMs = 2 * timings.deadAfterMs;
    const settled = new Map<string, { readonly binding: Seat; readonly driver: string }>();
    const waiting = new Map<string, Waiting>();
    const judgeChanges = new JudgeChanges(world.options.shards);
    let nextMs = Number.POSITIVE_INFINITY;

    const isExcused = (id: string, { diedMs, driver }: Pick<Waiting, 'diedMs' | 'driver'>) =>
      disturbances.since(diedMs - calmMs).some((each) => {
        const { reach, target, fromMs, untilMs, isForGood } = each;
        // Its own death.
        if (fromMs === diedMs) return false;
        // What is broken for good is known to be so by then, and all others work around it.
        if (isForGood && reach === 'agent') return fromMs >= diedMs - calmMs;
        if (reach === 'load balancer') return target === liveRecord(world, id)?.document.name;
        if (reach !== 'device') return true;
        // Whoever takes over begins anew with a device that answers again.
        if (untilMs < diedMs) return false;
        return target === '' || world.place(target).descriptor.name === driver;
      });

    const noteRecord = (event: WorldEvent & { type: 'stored' }): void => {
      const { change } = event;
      settled.delete(change.key);
      if (change.type === 'removed') waiting.delete(change.key);
      else {
        const { value, context } = bindingOf(change.value);
        const { binding, driver, status } = context;
        if (status === 'deleting') waiting.delete(change.key);
        else if (binding !== null && stateName(value) === 'bound.settled')
          settled.set(change.key, { binding, driver });
      }
    };

    const noteDeath = (victims: readonly string[], atMs: number): void => {
      // Whoever has room now may be full in a moment: waits-no-longer-than-needed looks at that.
      if (world.capacity !== null) return;
      const living = core().filter(
        (id) => !victims.includes(id) && world.agent(id)?.state === 'serving',
      );
      for (const [id, { binding, driver }] of settled) {
        const lives = world.agent(binding.agent)?.incarnation === binding.incarnation;
        if (!victims.includes(binding.agent) || !lives) continue;
        // Its creation may be lost, and only that it was bound left.
        if (liveRecord(world, id) === null) continue;
        const placed = { document: { provider: driver }, binding };
        const [able] = capableAgents(world, living, placed);
        if (able === undefined) continue;
        const isLeased = isDrivenUnderLease(driver);
        if (isLeased && !canBeDenied(world, binding.agent, living)) continue;
        // A judge that has come since takes a moment to begin.
        const isNew = judgeChanges.since(binding.agent, atMs - timings.restartLeaseMs - calmMs);
        const keptMs = isNew && mayBeKept(world, binding.agent, atMs) ? timings.restartLeaseMs : 0;
        const limitMs = isLeased ? limits.leased + keptMs : limits.other;
        const dueMs = atMs + limitMs;
        waiting.set(id, { diedMs: atMs, dueMs, limitMs, lost: binding, able, driver });
        nextMs = Math.min(nextMs, dueMs);
      }
    };

    /** Where much of the fleet goes at once, judges wait until they have heard the rest well for a while. */
    const patienceFor = (diedMs: number): number =>
      mayHaveStormed(world, disturbances, diedMs) ? timings.stormBrakeMs + timings.deadAfterMs : 0;

    const lookAt = (atMs: number): void => {
      nextMs = Number.POSITIVE_INFINITY;
      for (const [
        id,
        { diedMs, dueMs: dueByItselfMs, limitMs: ownMs, lost, able, driver },
      ] of waiting) {
        const patienceMs = dueByItselfMs > atMs ? 0 : patienceFor(diedMs);
        const dueMs = dueByItselfMs + patienceMs;
        const limitMs = ownMs + patienceMs;
        if (dueMs > atMs) {
          nextMs = Math.min(nextMs, dueMs);
          continue;
        }
        waiting.delete(id);
        if (!judges(isExcused(id, { diedMs, driver }))) continue;
        violate(
          `${lost.agent} died ${Math.round(atMs - diedMs)} ms ago, ${able} lives, and nobody drives it yet; ${limitMs} ms are enough`,
          id,
        );
      }
    };

    return {
      onEvent(event, atMs) {
        // A comparison for each event; everything else only for the few that matter.
        if (atMs >= nextMs) lookAt(atMs);
        judgeChanges.note(event, atMs);
        if (event.type === 'stored') {
          if (event.bucket === 'binding') noteRecord(event);
        } else if (event.type === 'device') {
          const { lb, epoch, kind } = event.entry;
          const each = waiting.get(lb);
          if (each === undefined || kind === 'refused' || epoch <= each.lost.epoch) return;
          waiting.delete(lb);
          judges(isExcused(lb, each));
        } else if (event.type === 'fault' && event.phase === 'begins' && deaths.has(event.kind)) {
          const onHost = world.agentsOf(event.target);
          noteDeath(onHost.length > 0 ? onHost : [event.target], atMs);
        }
      },
    };
  },
};
