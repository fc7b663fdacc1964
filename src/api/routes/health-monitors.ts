import { speaksHttp } from '../../../machines/model/operations/health-monitor-rules.ts';
import { newHealthMonitor } from '../build/health-monitor.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { attributesOf, birthIn, edit, param } from '../edit.ts';
import { itemResponse, listResponse } from '../list/list.ts';
import { healthMonitorShape } from '../list/shapes.ts';
import { healthMonitorIn, healthMonitorOf, poolOf } from '../lookup.ts';
import { healthMonitorResponse } from '../render/health-monitor.ts';
import {
  HealthMonitorPOST,
  HealthMonitorPUT,
  healthMonitorDefaults,
  httpDefaults,
} from '../schemas/health-monitor.ts';
import { changesOf } from '../schemas/parse.ts';
import type { LoadBalancerView } from '../services.ts';

const collection = '/v2.0/healthmonitors';
const item = `${collection}/:id`;

export function healthMonitorRoutes(options: ApiOptions): Route[] {
  const { loadBalancers } = options.services;
  const found = (c: ApiContext) => healthMonitorOf(loadBalancers, param(c, 'id'));

  const list = (c: ApiContext) =>
    listResponse(c, options, healthMonitorShape, loadBalancers.list().flatMap(itemsOf));

  const answer = (view: LoadBalancerView, id: string) => {
    const { pool, healthmonitor } = healthMonitorIn(view, id);
    return { healthmonitor: healthMonitorResponse(view, pool, healthmonitor) };
  };

  const create = async (c: ApiContext) => {
    const input = await attributesOf(c, 'healthmonitor', HealthMonitorPOST);
    const { view, pool } = poolOf(loadBalancers, input.pool_id);
    const healthmonitor = newHealthMonitor(input, birthIn(options, view.document));
    const operation = { type: 'health-monitor.create', poolId: pool.id, healthmonitor } as const;
    const edited = await edit(c, options, view, operation);
    return c.json(answer(edited, healthmonitor.id), 201);
  };

  const update = async (c: ApiContext) => {
    const input = await attributesOf(c, 'healthmonitor', HealthMonitorPUT);
    const { view, healthmonitor } = found(c);
    const http = speaksHttp(healthmonitor.type) ? httpDefaults : {};
    const changes = changesOf(input, { ...healthMonitorDefaults, ...http });
    const operation = { type: 'health-monitor.update', id: healthmonitor.id, changes } as const;
    const edited = await edit(c, options, view, operation);
    return c.json(answer(edited, healthmonitor.id));
  };

  const remove = async (c: ApiContext) => {
    const { view, healthmonitor } = found(c);
    await edit(c, options, view, { type: 'health-monitor.delete', id: healthmonitor.id });
    return c.body(null, 204);
  };

  const show = (c: ApiContext) => {
    const { view, pool, healthmonitor } = found(c);
    const shown = healthMonitorResponse(view, pool, healthmonitor);
    return itemResponse(c, 'healthmonitor', healthMonitorShape, shown);
  };

  return [
    { method: 'GET', path: collection, handle: list },
    { method: 'POST', path: collection, handle: create },
    { method: 'GET', path: item, handle: show },
    { method: 'PUT', path: item, handle: update },
    { method: 'DELETE', path: item, handle: remove },
  ];
}

function itemsOf(view: LoadBalancerView) {
  return view.document.pools.flatMap((pool) => {
    const monitor = pool.healthmonitor;
    if (monitor === null) return [];
    return [
      {
        resource: monitor,
        relations: { loadbalancer_id: view.document.id, pool_id: pool.id },
        render: () => healthMonitorResponse(view, pool, monitor),
      },
    ];
  });
}
