import { z } from 'zod';
import { Fault } from '../../../machines/model/fault.ts';
import { notFound } from '../../../machines/model/operations/words.ts';
import { driverOf } from '../../../machines/protocol/device-name.ts';
import { agentId, incarnation } from '../../../machines/protocol/seat.ts';
import { iso } from '../iso.ts';
import { fleetRoutes } from './fleet.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { attributesOf, param } from '../edit.ts';
import { createEventStreams } from '../events.ts';
import { viewOf } from '../lookup.ts';
import type { AgentView, DeviceView, LoadBalancerView, TransitionEvent } from '../services.ts';

/** To whom a load balancer is to go. */
const Move = z.strictObject({ agent: agentId });

function agent(view: AgentView) {
  return {
    id: view.id,
    host: view.host,
    incarnation: view.incarnation,
    state: view.state,
    reason: view.reason,
    drivers: [...new Set(view.devices.map(({ device }) => driverOf(device)))],
    devices: view.devices.map(({ device, capacity, lost }) => ({ name: device, capacity, lost })),
    zone: view.zone,
    capacity: view.capacity,
    bound_loadbalancers: view.boundLoadBalancers,
    standby_loadbalancers: view.standbyLoadBalancers,
    restarting_until: iso(view.awayUntil),
    flapping:
      view.flapping === null
        ? null
        : {
            times: view.flapping.times,
            since: iso(view.flapping.since),
            until: iso(view.flapping.until),
            reason: view.flapping.reason,
          },
    cordon:
      view.cordon === null
        ? null
        : { draining: view.cordon.draining, since: iso(view.cordon.since) },
    since: iso(view.sinceMs),
  };
}

/** Where a load balancer is, in the words of its actor. */
function whereabouts(view: LoadBalancerView) {
  return {
    id: view.document.id,
    name: view.document.name,
    provider: view.document.provider,
    state: view.state,
    provisioning_status: view.provisioningStatus,
    operating_status: view.operating.loadBalancer,
    deleting: view.deleting,
    device: view.device,
    binding: view.binding,
    standby: view.standby,
    last_epoch: view.lastEpoch,
    generation: view.generation,
    applied_generation: view.appliedGeneration,
    reason: view.reason,
    waiting_since: iso(view.waitingSinceMs),
  };
}

/** Who could take it, and is passed over while anybody else can. */
function distrusted(agents: readonly AgentView[], { device, document }: LoadBalancerView) {
  const drives = ({ devices }: AgentView) =>
    devices.some((one) =>
      device === null ? driverOf(one.device) === document.provider : one.device === device,
    );
  return agents.flatMap((each) =>
    each.flapping !== null && drives(each)
      ? [{ agent: each.id, reason: each.flapping.reason }]
      : [],
  );
}

function device(view: DeviceView) {
  return {
    name: view.name,
    driver: view.driver,
    capacity: view.capacity,
    loadbalancers: view.loadBalancers,
    agents: view.agents,
  };
}

/** An event as its stream sends it. */
export function transition(event: TransitionEvent) {
  const { sequence, kind, id, from, to, binding, reason } = event;
  return { sequence, at: iso(event.atMs), kind, id, from, to, event: event.event, binding, reason };
}

function agentIn(c: ApiContext): string {
  const id = param(c, 'id');
  if (!agentId.safeParse(id).success) throw notFound('Agent', id);
  return id;
}

/** Which one is meant, so that an order that is given again does not restart its successor. */
function incarnationIn(c: ApiContext): number | null {
  const given = c.req.query('incarnation');
  if (given === undefined) return null;
  const parsed = incarnation.safeParse(/^\d+$/.test(given) ? Number(given) : Number.NaN);
  if (parsed.success) return parsed.data;
  throw new Fault(400, `Invalid incarnation '${given}': give the number that the agent shows.`);
}

/** What Octavia has no words for: who holds what, and why. */
export function holdfastRoutes(options: ApiOptions): Route[] {
  const { loadBalancers, fleet } = options.services;
  const streams = createEventStreams(options, transition);

  const explain = (c: ApiContext) => {
    const view = viewOf(loadBalancers, param(c, 'id'));
    const explained = { rejected: view.rejected, distrusted: distrusted(fleet.agents(), view) };
    return c.json({ loadbalancer: { ...whereabouts(view), ...explained } });
  };

  const ordered = async (c: ApiContext, order: (id: string) => Promise<void>) => {
    const id = agentIn(c);
    await order(id);
    return c.json({
      agent:
        fleet
          .agents()
          .filter((each) => each.id === id)
          .map(agent)[0] ?? null,
    });
  };

  const restart = async (c: ApiContext) => {
    const id = agentIn(c);
    const { incarnation, until } = await fleet.restart(id, incarnationIn(c));
    return c.json({ restart: { agent: id, incarnation, until: iso(until) } }, 202);
  };

  const move = async (c: ApiContext) => {
    const id = viewOf(loadBalancers, param(c, 'id')).document.id;
    const { agent: target } = await attributesOf(c, 'move', Move);
    return c.json({ loadbalancer: whereabouts(await loadBalancers.move(id, target)) }, 202);
  };

  return [
    {
      method: 'POST',
      path: '/holdfast/v1/agents/:id/cordon',
      handle: (c) => ordered(c, (id) => fleet.cordon(id, { draining: false })),
    },
    {
      method: 'POST',
      path: '/holdfast/v1/agents/:id/drain',
      handle: (c) => ordered(c, (id) => fleet.cordon(id, { draining: true })),
    },
    {
      method: 'POST',
      path: '/holdfast/v1/agents/:id/uncordon',
      handle: (c) => ordered(c, (id) => fleet.uncordon(id)),
    },
    {
      method: 'POST',
      path: '/holdfast/v1/agents/:id/trust',
      handle: (c) => ordered(c, (id) => fleet.trust(id)),
    },
    { method: 'POST', path: '/holdfast/v1/agents/:id/restart', handle: restart },
    { method: 'POST', path: '/holdfast/v1/loadbalancers/:id/move', handle: move },
    {
      method: 'GET',
      path: '/holdfast/v1/agents',
      handle: (c) => c.json({ agents: fleet.agents().map(agent) }),
    },
    ...fleetRoutes(fleet),
    {
      method: 'GET',
      path: '/holdfast/v1/devices',
      handle: (c) => c.json({ devices: fleet.devices().map(device) }),
    },
    {
      method: 'GET',
      path: '/holdfast/v1/loadbalancers',
      handle: (c) => c.json({ loadbalancers: loadBalancers.list().map(whereabouts) }),
    },
    { method: 'GET', path: '/holdfast/v1/loadbalancers/:id/explain', handle: explain },
    { method: 'GET', path: '/holdfast/v1/events', handle: streams.open },
    { method: 'GET', path: '/healthcheck', handle: (c) => c.json({ status: 'ok' }) },
  ];
}
