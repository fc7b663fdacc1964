import { delay } from '../../machines/ports/clock.ts';
import { desiredOf } from '../evidence/records.ts';
import type { ApiRequest } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { Connection } from './connection.ts';

/** How long an operator waits before asking again. */
const againMs = 500;

export type Order = 'cordon' | 'drain' | 'uncordon';

const pathOf = (agent: string, verb: Order): string => `/holdfast/v1/agents/${agent}/${verb}`;
const ordered = /^\/holdfast\/v1\/agents\/([^/]+)\/(cordon|drain|uncordon)$/;

/** What an operator asks for about an agent; null for any other request. */
export function orderIn({ path }: Pick<ApiRequest, 'path'>): { agent: string; verb: Order } | null {
  const [, agent, verb] = ordered.exec(path) ?? [];
  return agent === undefined || verb === undefined ? null : { agent, verb: verb as Order };
}

const moveOrdered = /^\/holdfast\/v1\/loadbalancers\/([^/]+)\/move$/;

/** Which load balancer an operator wants to be moved, and where to; null for any other request. */
export function moveIn({
  path,
  body,
}: Pick<ApiRequest, 'path' | 'body'>): { loadBalancer: string; agent: string } | null {
  const [, loadBalancer] = moveOrdered.exec(path) ?? [];
  if (loadBalancer === undefined) return null;
  return { loadBalancer, agent: (body as MoveOrder).move.agent };
}

interface MoveOrder {
  readonly move: { readonly agent: string };
}

/** What is being ordered about each agent, so that the last word stands. */
const orders = new WeakMap<World, Map<string, Promise<void>>>();

/** Has an order about an agent carried out: through the API, after those that were given before. */
export function order(world: World, agent: string, verb: Order): void {
  const ofWorld = orders.get(world) ?? new Map<string, Promise<void>>();
  orders.set(world, ofWorld);
  const before = ofWorld.get(agent) ?? Promise.resolve();
  const done = before.then(() => ask(world, agent, verb));
  ofWorld.set(agent, done);
  world.background(done);
}

/** Wants an agent restarted, once: whatever the answer is. */
export function restart(world: World, agent: string): void {
  const connection = new Connection(world, 'operator');
  const path = `/holdfast/v1/agents/${agent}/restart`;
  world.background(connection.send({ method: 'POST', path, body: {} }).then(() => undefined));
}

const trustOrdered = /^\/holdfast\/v1\/agents\/([^/]+)\/trust$/;

/** Which agent an operator trusts, however often it has died; null for any other request. */
export const trustIn = ({ path }: Pick<ApiRequest, 'path'>): string | null =>
  trustOrdered.exec(path)?.[1] ?? null;

/** Has an agent trusted like any other, once: whatever the answer is. */
export function trust(world: World, agent: string): void {
  const connection = new Connection(world, 'operator');
  const path = `/holdfast/v1/agents/${agent}/trust`;
  world.background(connection.send({ method: 'POST', path, body: {} }).then(() => undefined));
}

/** Gives all load balancers of this name to the agent, once: whatever the answer is. */
export function move(world: World, name: string, agent: string): void {
  const connection = new Connection(world, 'operator');
  const body: MoveOrder = { move: { agent } };
  for (const { key, value } of world.stores.desired.snapshot()) {
    if (desiredOf(value).document.name !== name) continue;
    const path = `/holdfast/v1/loadbalancers/${key}/move`;
    world.background(connection.send({ method: 'POST', path, body }).then(() => undefined));
  }
}

/** Opens every agent again that an order was given about. */
export function openAll(world: World): void {
  for (const agent of orders.get(world)?.keys() ?? []) order(world, agent, 'uncordon');
}

async function ask(world: World, agent: string, verb: Order): Promise<void> {
  const connection = new Connection(world, 'operator');
  const path = pathOf(agent, verb);
  for (;;) {
    const { outcome, status } = await connection.send({ method: 'POST', path, body: {} });
    // Refused: nobody knows the agent yet, so there is nothing to keep away from it.
    if (outcome === 'acknowledged' || status === 404) return;
    await delay(world.clock, againMs);
  }
}
