import { notFound } from '../../../machines/model/operations/words.ts';
import { agentId } from '../../../machines/protocol/seat.ts';
import type { Route } from '../context.ts';
import { iso } from '../iso.ts';
import type { BrakeView, Fleet, PacingView, RebalanceView } from '../services.ts';

function brake({ engaged, sinceMs, reason, gone, hosts }: BrakeView) {
  return { engaged, since: iso(sinceMs), reason, hosts_gone: gone, hosts };
}

function pacing({ commandsInFlight, agents }: PacingView) {
  return {
    commands_in_flight_max: commandsInFlight,
    agents: agents.map(({ agent: id, inFlight, waiting, takeovers, waitsMs }) => ({
      agent: id,
      in_flight: inFlight,
      waiting,
      takeovers_waiting: takeovers,
      waits_ms: Math.round(waitsMs),
    })),
  };
}

function rebalance({ mode, movesInFlight, blocked, moves, agents }: RebalanceView) {
  return {
    mode,
    moves_in_flight_max: movesInFlight,
    blocked,
    moves: moves.map(({ loadBalancer, from, to }) => ({ loadbalancer: loadBalancer, from, to })),
    agents: agents.map(({ agent: id, load }) => ({ agent: id, bound_loadbalancers: load })),
  };
}

/** What controllers hold back of what is to be done about agents, and what they do by themselves. */
export function fleetRoutes(fleet: Fleet): Route[] {
  return [
    {
      method: 'GET',
      path: '/holdfast/v1/brake',
      handle: (c) => c.json({ brake: brake(fleet.brake()) }),
    },
    {
      method: 'POST',
      path: '/holdfast/v1/brake/release',
      handle: (c) => {
        fleet.releaseBrake();
        return c.json({ brake: brake(fleet.brake()) });
      },
    },
    {
      method: 'GET',
      path: '/holdfast/v1/pacing',
      handle: (c) => c.json({ pacing: pacing(fleet.pacing()) }),
    },
    {
      method: 'POST',
      path: '/holdfast/v1/pacing/release',
      handle: (c) => {
        // Without one, of all agents.
        const of = c.req.query('agent') ?? null;
        if (of !== null && !agentId.safeParse(of).success) throw notFound('Agent', of);
        fleet.releasePacing(of);
        return c.json({ pacing: pacing(fleet.pacing()) });
      },
    },
    {
      method: 'GET',
      path: '/holdfast/v1/rebalance',
      handle: (c) => c.json({ rebalance: rebalance(fleet.rebalance()) }),
    },
    {
      method: 'POST',
      path: '/holdfast/v1/rebalance',
      handle: (c) => {
        fleet.startRebalance();
        return c.json({ rebalance: rebalance(fleet.rebalance()) }, 202);
      },
    },
  ];
}
