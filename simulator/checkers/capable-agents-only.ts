import type { Seat } from '../../machines/protocol/seat.ts';
import { type BindingSnapshot, bindingOf, livenessOf } from '../evidence/records.ts';
import { orderIn } from '../workload/operator.ts';
import type { CheckerKind } from './checker.ts';

type Context = BindingSnapshot['context'];
type Description = ReturnType<typeof livenessOf>['context']['description'];

/** How long the news that an agent is gone may take to reach whoever names one, while all is well. */
const newsMs = 1_000;

/**
 * Whoever is named as a holder or a standby is on record with that incarnation and is not known to be
 * gone, cordoned or away for its restart, drives the load balancer's driver, is in its zone and, where
 * it can't move, on its host. A holder may be named again where it is cordoned.
 */
export const capableAgentsOnly: CheckerKind = {
  name: 'capable-agents-only',
  excuses: true,
  start({ world, disturbances, judges, violate }) {
    const descriptions = new Map<string, Description>();
    const endedMs = new Map<string, number>();
    /** Since when an operator wants nothing new to come to an agent. */
    const cordonedMs = new Map<string, number>();
    /** Since when an incarnation is being restarted. */
    const awayMs = new Map<string, number>();
    const holders = new Map<string, string>();
    /** The newest epoch that was named for each load balancer. */
    const named = new Map<string, number>();
    /** Where a load balancer that can't move was held. */
    const hosts = new Map<string, string>();

    const keyOf = ({ agent, incarnation }: Pick<Seat, 'agent' | 'incarnation'>): string =>
      `${agent} ${incarnation}`;

    const unfit = (id: string, seat: Seat, context: Context, atMs: number): string | null => {
      const description = descriptions.get(keyOf(seat));
      if (description === undefined || description === null) {
        return `has not registered as incarnation ${seat.incarnation}`;
      }
      const { drivers } = world.agentHost(seat.agent);
      if (!drivers.includes(context.driver)) return `does not drive ${context.driver}`;
      if (context.zone !== null && description.zone !== context.zone) {
        return `is in zone ${description.zone ?? 'none'}, not ${context.zone}`;
      }
      const host = hosts.get(id) ?? description.host;
      if (!context.reschedulable && description.host !== host) {
        return `is on ${description.host}, and it can't leave ${host}`;
      }
      const closedMs = holders.get(id) === seat.agent ? undefined : cordonedMs.get(seat.agent);
      const knownMs = endedMs.get(keyOf(seat));
      // A write without an answer is repeated as it was, and that may be due only then (R4).
      const troubleMs = 2 * newsMs + world.options.timings.retryMaxMs;
      if (!judges(disturbances.ofControlPlane(atMs - troubleMs))) return null;
      if (knownMs !== undefined && atMs - knownMs > newsMs) {
        return `has been gone for ${Math.round(atMs - knownMs)} ms, by its record`;
      }
      if (closedMs !== undefined && atMs - closedMs > newsMs) {
        return `has been cordoned for ${Math.round(atMs - closedMs)} ms, as an operator was told`;
      }
      const leftMs = holders.get(id) === seat.agent ? undefined : awayMs.get(keyOf(seat));
      return leftMs !== undefined && atMs - leftMs > newsMs
        ? `has been away for its restart for ${Math.round(atMs - leftMs)} ms, by its record`
        : null;
    };

    const noted = (id: string, value: string, atMs: number): void => {
      const { context } = bindingOf(value);
      const newest = named.get(id) ?? 0;
      for (const [role, seat] of [
        ['holder', context.binding],
        ['standby', context.standby],
      ] as const) {
        if (seat === null || seat.epoch <= newest) continue;
        named.set(id, Math.max(seat.epoch, named.get(id) ?? 0));
        const problem = unfit(id, seat, context, atMs);
        if (problem !== null) violate(`its ${role} is ${seat.agent}, which ${problem}`, id);
      }
      if (context.binding !== null) holders.set(id, context.binding.agent);
      const host = context.binding === null ? null : descriptions.get(keyOf(context.binding))?.host;
      if (host !== undefined && host !== null) hosts.set(id, host);
    };

    const judged = (agent: string, value: string, atMs: number): void => {
      const { value: state, context } = livenessOf(value);
      const key = keyOf(seatIn(agent, value));
      descriptions.set(key, context.description);
      if (state === 'dead' || state === 'retired') endedMs.set(key, atMs);
      if (state !== 'restarting') awayMs.delete(key);
      else if (!awayMs.has(key)) awayMs.set(key, atMs);
    };

    return {
      onEvent(event, atMs) {
        if (event.type === 'asked' || event.type === 'wire') {
          const order = orderIn(event.request);
          // An order that is taken back is over when that is asked for: its judge acts at once.
          if (order?.verb === 'uncordon') cordonedMs.delete(order.agent);
          else if (order !== null && event.type === 'wire' && event.answer?.status === 200) {
            cordonedMs.set(order.agent, atMs);
          }
          return;
        }
        if (event.type === 'lost' && event.bucket === 'liveness') {
          // A verdict that is lost was never heard of: the agent goes on under its incarnation.
          for (const change of event.changes) {
            if (change.type === 'put') endedMs.delete(keyOf(seatIn(event.key, change.value)));
          }
          if (event.now?.type === 'put') judged(event.key, event.now.value, atMs);
        }
        if (event.type !== 'stored' || event.change.type !== 'put') return;
        const { key, value } = event.change;
        if (event.bucket === 'binding') noted(key, value, atMs);
        else if (event.bucket === 'liveness') judged(key, value, atMs);
      },
    };
  },
};

const seatIn = (agent: string, value: string): Pick<Seat, 'agent' | 'incarnation'> => ({
  agent,
  incarnation: livenessOf(value).context.incarnation,
});
