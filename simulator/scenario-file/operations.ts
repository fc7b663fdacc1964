import { z } from 'zod';
import { HealthMonitorPOST, HealthMonitorPUT } from '../../src/api/schemas/health-monitor.ts';
import { ListenerPOST, ListenerPUT } from '../../src/api/schemas/listener.ts';
import { LoadBalancerPOST, LoadBalancerPUT } from '../../src/api/schemas/load-balancer.ts';
import { MemberPOST, MemberPUT, MembersPUT } from '../../src/api/schemas/member.ts';
import { PoolPOST, PoolPUT } from '../../src/api/schemas/pool.ts';
import type { Change } from '../workload/change.ts';
import type { Attributes, ResourceKind } from '../workload/resources.ts';
import type { Problem } from './problem.ts';

/** What the API takes, as it is asked by the simulated tenants. */
const bodies: Readonly<Record<ResourceKind, { create: z.ZodType; update: z.ZodType }>> = {
  loadbalancer: { create: LoadBalancerPOST, update: LoadBalancerPUT },
  listener: { create: ListenerPOST, update: ListenerPUT },
  pool: { create: PoolPOST, update: PoolPUT },
  member: { create: MemberPOST, update: MemberPUT },
  healthmonitor: { create: HealthMonitorPOST, update: HealthMonitorPUT },
};

/** Stands for the ids that only the API's answers tell. */
const anyId = '00000000-0000-4000-8000-000000000000';
const parents: Readonly<Partial<Record<ResourceKind, object>>> = {
  listener: { loadbalancer_id: anyId },
  pool: { loadbalancer_id: anyId },
  healthmonitor: { pool_id: anyId },
};

const Batch = z.strictObject({ members: MembersPUT });

/** What the API would refuse of an operation, or what would never be sent: a scenario with it tests less than it seems to. */
export function operationProblems({ kind, verb, name, attributes }: Change): readonly Problem[] {
  const named = nameProblem(kind, verb, name);
  if (named !== null) return [named];
  if (verb === 'delete') return [];
  const whole = verb === 'create' ? { ...parents[kind], ...attributes } : attributes;
  const body = verb === 'replace' || verb === 'add' ? Batch : bodies[kind][verb];
  const issues = body.safeParse(withIds(whole)).error?.issues ?? [];
  return issues.map(({ path, message }) => ({ path: ['attributes', ...path], message }));
}

/** A pool that is named becomes its id when it is sent. */
function withIds({ default_pool: named, ...rest }: Attributes): Attributes {
  return named === undefined ? rest : { ...rest, default_pool_id: anyId };
}

function nameProblem(kind: ResourceKind, verb: Change['verb'], name: string): Problem | null {
  const problem = (key: string, message: string): Problem => ({ path: [key], message });
  if ((verb === 'replace' || verb === 'add') && kind !== 'pool') {
    return problem('kind', `'${verb}' is a batch of the members of a pool: say 'kind: pool'`);
  }
  if (kind === 'loadbalancer') {
    if (verb !== 'update') return problem('verb', `say 'do: ${verb}' for the load balancer itself`);
    return name === '' ? null : problem('name', 'leave it out: it is the load balancer itself');
  }
  if (kind === 'member' || kind === 'healthmonitor') {
    if (/^[^/]+\/[^/]+$/.test(name)) return null;
    return problem('name', `a ${kind} stands behind its pool's name, such as 'pool/${kind}-1'`);
  }
  return name === '' ? problem('name', `say which ${kind}, by its name`) : null;
}
