import { noTraffic } from '../../../machines/health/statistics.ts';
import type { Pool } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import { checkPoolAddresses } from '../address-policy.ts';
import { newListener } from '../build/listener.ts';
import { refuseL7Policies } from '../build/load-balancer.ts';
import type { Birth } from '../build/named.ts';
import { newPool } from '../build/pool.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { attributesOf, birthIn, edit, param } from '../edit.ts';
import { itemResponse, listResponse } from '../list/list.ts';
import { listenerShape } from '../list/shapes.ts';
import { listenerIn, listenerOf, viewOf } from '../lookup.ts';
import { listenerResponse } from '../render/listener.ts';
import { ListenerPOST, ListenerPUT, listenerDefaults } from '../schemas/listener.ts';
import { changesOf } from '../schemas/parse.ts';

const collection = '/v2.0/listeners';
const item = `${collection}/:id`;

export function listenerRoutes(options: ApiOptions): Route[] {
  const { loadBalancers } = options.services;
  const found = (c: ApiContext) => listenerOf(loadBalancers, param(c, 'id'));

  const list = (c: ApiContext) =>
    listResponse(
      c,
      options,
      listenerShape,
      loadBalancers.list().flatMap((view) =>
        view.document.listeners.map((listener) => ({
          resource: listener,
          relations: { loadbalancer_id: view.document.id },
          render: () => listenerResponse(view, listener),
        })),
      ),
    );

  const create = async (c: ApiContext) => {
    const input = await attributesOf(c, 'listener', ListenerPOST);
    const view = viewOf(loadBalancers, input.loadbalancer_id);
    refuseL7Policies(view.document.provider, [input]);
    const birth = birthIn(options, view.document);
    const pool = defaultPool(options, input, birth);
    const listener = newListener(input, pool?.id ?? input.default_pool_id ?? null, birth);
    const edited = await edit(c, options, view, { type: 'listener.create', listener, pool });
    const made = listenerIn(edited, listener.id).listener;
    return c.json({ listener: listenerResponse(edited, made) }, 201);
  };

  const show = (c: ApiContext) => {
    const { view, listener } = found(c);
    return itemResponse(c, 'listener', listenerShape, listenerResponse(view, listener));
  };

  const stats = async (c: ApiContext) => {
    const { view, listener } = found(c);
    const counted = await loadBalancers.statistics(view.document.id);
    return c.json({ stats: counted[listener.id] ?? noTraffic });
  };

  const update = async (c: ApiContext) => {
    const input = await attributesOf(c, 'listener', ListenerPUT);
    const { view, listener } = found(c);
    const changes = changesOf(input, listenerDefaults);
    // No network at all would let nobody in; Octavia takes an empty list for "everybody" too.
    if (input.allowed_cidrs?.length === 0) changes['allowed_cidrs'] = null;
    const operation = { type: 'listener.update', id: listener.id, changes } as const;
    const edited = await edit(c, options, view, operation);
    return c.json({
      listener: listenerResponse(edited, listenerIn(edited, listener.id).listener),
    });
  };

  const remove = async (c: ApiContext) => {
    const { view, listener } = found(c);
    await edit(c, options, view, { type: 'listener.delete', id: listener.id });
    return c.body(null, 204);
  };

  return [
    { method: 'GET', path: collection, handle: list },
    { method: 'POST', path: collection, handle: create },
    { method: 'GET', path: item, handle: show },
    { method: 'GET', path: `${item}/stats`, handle: stats },
    { method: 'PUT', path: item, handle: update },
    { method: 'DELETE', path: item, handle: remove },
  ];
}

/** The pool that the request spells out for its listener, if it does. */
function defaultPool(options: ApiOptions, input: ListenerPOST, birth: Birth): Pool | null {
  if (input.default_pool == null) return null;
  if (input.default_pool_id != null) {
    throw new Fault(
      400,
      'Validation failure: Only one of default_pool and default_pool_id can be given.',
    );
  }
  const pool = newPool(input.default_pool, birth);
  checkPoolAddresses(pool, options.config.addressPolicy);
  return pool;
}
