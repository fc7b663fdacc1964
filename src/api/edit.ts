import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Operation } from '../../machines/model/operations/operation.ts';
import { timestampOf } from '../../machines/model/operations/stamp.ts';
import { readJson } from './body.ts';
import type { Birth } from './build/named.ts';
import type { ApiContext, ApiOptions } from './context.ts';
import { parseRequest } from './schemas/parse.ts';
import type { LoadBalancerView } from './services.ts';
import type { z } from 'zod';

/** The attributes under the root key of the request's body, by their schema. */
export async function attributesOf<T extends z.ZodType>(
  c: ApiContext,
  root: string,
  schema: T,
): Promise<z.output<T>> {
  return parseRequest(root, schema, await readJson(c.req.raw));
}

/** What a new child of the load balancer is born with; its project is always its parent's. */
export function birthIn(options: ApiOptions, document: LoadBalancerDocument): Birth {
  return {
    random: options.random,
    now: timestampOf(options.clock.wallMs()),
    projectId: document.project_id,
  };
}

/** Has the owner apply the operation, and answers with the load balancer as it is then. */
export function edit(
  c: ApiContext,
  options: ApiOptions,
  view: LoadBalancerView,
  operation: Operation,
): Promise<LoadBalancerView> {
  return options.services.loadBalancers.edit(view.document.id, operation, c.var.requestId);
}

/** A path's parameter; Hono's types can't know which ones a route has. */
export function param(c: ApiContext, name: string): string {
  const value = c.req.param(name);
  if (value === undefined) throw new TypeError(`the route has no parameter ${name}`);
  return value;
}
