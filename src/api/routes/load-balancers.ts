import { sumOf } from '../../../machines/health/statistics.ts';
import { refuseForeignResources } from '../build/load-balancer.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { createLoadBalancer } from '../create-load-balancer.ts';
import { attributesOf, edit, param } from '../edit.ts';
import { itemResponse, listResponse } from '../list/list.ts';
import { flag } from '../list/query.ts';
import { loadBalancerShape } from '../list/shapes.ts';
import { viewOf } from '../lookup.ts';
import { loadBalancerFullResponse, loadBalancerResponse } from '../render/load-balancer.ts';
import { statusTree } from '../render/status-tree.ts';
import {
  LoadBalancerPOST,
  LoadBalancerPUT,
  loadBalancerDefaults,
} from '../schemas/load-balancer.ts';
import { changesOf } from '../schemas/parse.ts';

const collection = '/v2.0/loadbalancers';
const item = `${collection}/:id`;

export function loadBalancerRoutes(options: ApiOptions): Route[] {
  const { loadBalancers } = options.services;
  const view = (c: ApiContext) => viewOf(loadBalancers, param(c, 'id'));

  const list = (c: ApiContext) =>
    listResponse(
      c,
      options,
      loadBalancerShape,
      loadBalancers.list().map((each) => ({
        resource: each.document,
        relations: { loadbalancer_id: each.document.id },
        render: () => loadBalancerResponse(each),
      })),
    );

  const create = async (c: ApiContext) => {
    const input = await attributesOf(c, 'loadbalancer', LoadBalancerPOST);
    const made = await createLoadBalancer(c, options, input);
    return c.json({ loadbalancer: loadBalancerFullResponse(made) }, 201);
  };

  const update = async (c: ApiContext) => {
    const input = await attributesOf(c, 'loadbalancer', LoadBalancerPUT);
    refuseForeignResources(input);
    const changes = changesOf(input, loadBalancerDefaults);
    const edited = await edit(c, options, view(c), { type: 'load-balancer.update', changes });
    return c.json({ loadbalancer: loadBalancerResponse(edited) });
  };

  const remove = async (c: ApiContext) => {
    const { document } = view(c);
    await loadBalancers.delete(document.id, { cascade: flag(c, 'cascade') }, c.var.requestId);
    return c.body(null, 204);
  };

  const stats = async (c: ApiContext) => {
    const counted = await loadBalancers.statistics(view(c).document.id);
    return c.json({ stats: sumOf(Object.values(counted)) });
  };

  const status = (c: ApiContext) => c.json({ statuses: { loadbalancer: statusTree(view(c)) } });

  return [
    { method: 'GET', path: collection, handle: list },
    { method: 'POST', path: collection, handle: create },
    {
      method: 'GET',
      path: item,
      handle: (c) =>
        itemResponse(c, 'loadbalancer', loadBalancerShape, loadBalancerResponse(view(c))),
    },
    { method: 'PUT', path: item, handle: update },
    { method: 'DELETE', path: item, handle: remove },
    { method: 'GET', path: `${item}/status`, handle: status },
    { method: 'GET', path: `${item}/statuses`, handle: status },
    { method: 'GET', path: `${item}/stats`, handle: stats },
  ];
}
