import type { Seat } from '../../machines/protocol/seat.ts';
import { Cables } from '../evidence/cables.ts';
import { Evidence } from '../evidence/evidence.ts';
import { isQueuedWork } from '../evidence/queued-work.ts';
import { type BindingSnapshot, bindingOf, livenessOf, seatsOf } from '../evidence/records.ts';
import type { WorldEvent } from '../world/events.ts';
import type { CheckerKind } from './checker.ts';

type BindingContext = BindingSnapshot['context'];

/** By how much a timer may be early. */
const slackMs = 10;
interface Lease {
  readonly incarnation: number;
  readonly untilMs: number;
  /** Who came back in time, and what it can drive since; null while it is away. */
  returned: { readonly incarnation: number; readonly devices: readonly string[] } | null;
  /** What it held when it went, and nobody else had any claim to, by the epoch that it had then. */
  readonly held: Map<string, number>;
}

/**
 * What an agent holds that is being restarted on purpose stays its own until its lease has ended, and if it
 * is back by then, it has it again first. Only an operator who drains it or moves something away, or somebody who has seen a
 * newer epoch before it went, may move anything, and what it can't reach any more goes; and by a wrong
 * clock a lease has no right length.
 */
export const restartsMoveNothing: CheckerKind = {
  name: 'restarts-move-nothing',
  excuses: true,
  start({ world, disturbances, judges, violate }) {
    const evidence = new Evidence(world);
    const cables = new Cables({ world, disturbances });
    /** The epochs with which damaged markers were made anew. */
    const mended = new Map<string, number>();
    const holders = new Map<string, Seat>();
    const leases = new Map<string, Lease>();

    const clocksAreWrong = (): boolean =>
      disturbances.since(0).some(({ kind, reach }) => reach !== 'agent' && isOfClocks(kind));

    const begins = (agent: string, incarnation: number, untilMs: number): void => {
      judges(clocksAreWrong());
      const held = [...holders].filter(
        ([id, seat]) =>
          seat.agent === agent &&
          seat.incarnation === incarnation &&
          !evidence.above(id, seat.epoch),
      );
      leases.set(agent, {
        incarnation,
        untilMs: untilMs - slackMs,
        returned: null,
        held: new Map(held.map(([id, { epoch }]) => [id, epoch])),
      });
    };

    const judged = (agent: string, value: string, atMs: number): string | null => {
      const { value: state, context } = livenessOf(value);
      const { incarnation, restart, description } = context;
      const lease = leases.get(agent);
      if (state === 'restarting' && restart !== null) {
        const untilMs = atMs + restart.until - world.clock.wallMs();
        if (lease?.incarnation !== incarnation) begins(agent, incarnation, untilMs);
        return null;
      }
      if (lease === undefined) return null;
      const isInTime = atMs < lease.untilMs;
      if (incarnation > lease.incarnation && lease.returned === null) {
        const reached = description?.devices.filter(({ lost }) => lost === null) ?? [];
        const devices = reached.map(({ device }) => device);
        if (isInTime) lease.returned = { incarnation, devices };
        else leases.delete(agent);
        return null;
      }
      if (incarnation !== lease.incarnation) return null;
      // It has not gone after all.
      const stayed = state === 'alive' && world.agent(agent)?.incarnation === incarnation;
      if (stayed || !isInTime) leases.delete(agent);
      if (state !== 'dead' || !isInTime || clocksAreWrong()) return null;
      return `${agent} (${incarnation}) was declared dead ${Math.round(lease.untilMs - atMs)} ms before its restart lease ended`;
    };

    const moved = (id: string, context: BindingContext | null, atMs: number): string | null => {
      const binding = context?.binding ?? null;
      const before = holders.get(id);
      if (binding === null) holders.delete(id);
      else holders.set(id, binding);
      if (before === undefined || context === null || binding === null) return null;
      if (before.agent === binding.agent) return null;
      const lease = leases.get(before.agent);
      if (lease?.held.delete(id) !== true) return null;
      if (evidence.drained(before.agent, atMs) || clocksAreWrong()) return null;
      if (evidence.moved(id, binding.agent, atMs)) return null;
      if (cables.speakAgainst(before.agent, atMs)) return null;
      // A damaged marker is made anew above its holder, and whoever has that epoch by the record claims it (R9).
      if ((mended.get(id) ?? 0) > before.epoch) return null;
      const { returned, untilMs } = lease;
      const words = `it was given to ${binding.agent}, although ${before.agent}`;
      if (returned === null) {
        return atMs < untilMs ? `${words} is being restarted, and its lease has not ended` : null;
      }
      if (!returned.devices.includes(context.driver)) return null;
      const { incarnation } = returned;
      if (evidence.against({ agent: before.agent, incarnation })) return null;
      return `${words} came back from its restart in time`;
    };

    const lost = (event: WorldEvent & { type: 'lost' }): void => {
      const { bucket, key, now } = event;
      if (bucket === 'liveness') leases.delete(key);
      if (bucket !== 'binding') return;
      holders.delete(key);
      for (const { held } of leases.values()) held.delete(key);
      const seat = now?.type === 'put' ? seatsOf(now.value).binding : null;
      if (seat !== null) holders.set(key, seat);
    };

    return {
      onEvent(event, atMs) {
        if (event.type === 'mended') mended.set(event.loadBalancer, event.marker.epoch);
        else if (event.type === 'lost') lost(event);
        else if (event.type === 'stored') {
          const { bucket, change } = event;
          if (bucket === 'binding') {
            const context = change.type === 'put' ? bindingOf(change.value).context : null;
            const problem = moved(change.key, context, atMs);
            const isWork = change.type === 'put' && isQueuedWork(change.value);
            if (problem !== null && !isWork) violate(problem, change.key);
          } else if (bucket === 'liveness' && change.type === 'put') {
            const problem = judged(change.key, change.value, atMs);
            if (problem !== null) violate(problem);
          }
        }
        evidence.observer(event, atMs);
        cables.note(event, atMs);
      },
    };
  },
};

const isOfClocks = (kind: string): boolean => kind.startsWith('clock-') || kind === 'vm-suspend';
