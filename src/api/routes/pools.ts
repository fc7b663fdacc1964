import { Fault } from '../../../machines/model/fault.ts';
import { checkPoolAddresses } from '../address-policy.ts';
import { newPool } from '../build/pool.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { attributesOf, birthIn, edit, param } from '../edit.ts';
import { itemResponse, listResponse } from '../list/list.ts';
import { poolShape } from '../list/shapes.ts';
import { listenerOf, poolIn, poolOf, viewOf } from '../lookup.ts';
import { poolResponse } from '../render/pool.ts';
import { tlsDefaults } from '../schemas/attributes.ts';
import { changesOf } from '../schemas/parse.ts';
import { PoolPOST, PoolPUT, poolDefaults, type SessionPersistencePUT } from '../schemas/pool.ts';
import type { LoadBalancerView } from '../services.ts';

const collection = '/v2.0/pools';
const item = `${collection}/:id`;

export function poolRoutes(options: ApiOptions): Route[] {
  const { loadBalancers } = options.services;
  const found = (c: ApiContext) => poolOf(loadBalancers, param(c, 'id'));

  const list = (c: ApiContext) =>
    listResponse(
      c,
      options,
      poolShape,
      loadBalancers.list().flatMap((view) =>
        view.document.pools.map((pool) => ({
          resource: pool,
          relations: { loadbalancer_id: view.document.id },
          render: () => poolResponse(view, pool),
        })),
      ),
    );

  const parentOf = (input: PoolPOST): LoadBalancerView => {
    if (input.loadbalancer_id != null) return viewOf(loadBalancers, input.loadbalancer_id);
    if (input.listener_id != null) return listenerOf(loadBalancers, input.listener_id).view;
    throw new Fault(
      400,
      'Validation failure: Must provide at least one of: loadbalancer_id, listener_id',
    );
  };

  const create = async (c: ApiContext) => {
    const input = await attributesOf(c, 'pool', PoolPOST);
    const view = parentOf(input);
    const pool = newPool(input, birthIn(options, view.document));
    checkPoolAddresses(pool, options.config.addressPolicy);
    const listenerId = input.listener_id ?? null;
    const edited = await edit(c, options, view, { type: 'pool.create', pool, listenerId });
    return c.json({ pool: poolResponse(edited, poolIn(edited, pool.id).pool) }, 201);
  };

  const show = (c: ApiContext) => {
    const { view, pool } = found(c);
    return itemResponse(c, 'pool', poolShape, poolResponse(view, pool));
  };

  const update = async (c: ApiContext) => {
    const input = await attributesOf(c, 'pool', PoolPUT);
    const { view, pool } = found(c);
    const tls = (input.tls_enabled ?? pool.tls_enabled) ? tlsDefaults : {};
    const changes = changesOf(input, { ...poolDefaults, ...tls });
    if (input.session_persistence != null) {
      changes['session_persistence'] = persistenceChange(input.session_persistence);
    }
    const operation = { type: 'pool.update', id: pool.id, changes } as const;
    const edited = await edit(c, options, view, operation);
    return c.json({ pool: poolResponse(edited, poolIn(edited, pool.id).pool) });
  };

  const remove = async (c: ApiContext) => {
    const { view, pool } = found(c);
    await edit(c, options, view, { type: 'pool.delete', id: pool.id });
    return c.body(null, 204);
  };

  return [
    { method: 'GET', path: collection, handle: list },
    { method: 'POST', path: collection, handle: create },
    { method: 'GET', path: item, handle: show },
    { method: 'PUT', path: item, handle: update },
    { method: 'DELETE', path: item, handle: remove },
  ];
}

/** A session persistence is replaced as a whole; only its type is kept where it is left out. */
function persistenceChange(input: SessionPersistencePUT): Record<string, unknown> {
  return {
    ...(input.type == null ? {} : { type: input.type }),
    cookie_name: input.cookie_name ?? null,
    persistence_timeout: input.persistence_timeout ?? null,
    persistence_granularity: input.persistence_granularity ?? null,
  };
}
