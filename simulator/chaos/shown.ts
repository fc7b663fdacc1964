import { z } from 'zod';
import { Seat } from '../../machines/protocol/seat.ts';
import type { JudgedController } from '../evidence/judged.ts';
import type { PatientClient } from './api-client.ts';

const Shown = z.object({
  loadbalancers: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      state: z.string(),
      deleting: z.boolean(),
      reason: z.string().nullable(),
      binding: Seat.nullable(),
      standby: Seat.nullable(),
      generation: z.number(),
      applied_generation: z.number(),
    }),
  ),
});

const Agents = z.object({
  agents: z.array(z.object({ id: z.string(), state: z.string(), incarnation: z.number() })),
});

const Brake = z.object({ brake: z.object({ engaged: z.boolean() }) });

export const isEngaged = (text: string): boolean => Brake.parse(JSON.parse(text)).brake.engaged;

/** By id. */
export function statesIn(text: string): ReadonlyMap<string, string> {
  const { loadbalancers } = Shown.parse(JSON.parse(text));
  return new Map(loadbalancers.map(({ id, state }) => [id, state]));
}

const get = (path: string) => ({ method: 'GET', path, body: null }) as const;

/** What a controller shows of all load balancers; null where it does not answer. */
export async function shownBy(
  client: PatientClient,
  controller: string,
): Promise<JudgedController | null> {
  const answer = await client.askOf(controller, get('/holdfast/v1/loadbalancers'));
  if (answer?.status !== 200) return null;
  const { loadbalancers } = Shown.parse(JSON.parse(answer.text));
  const views = loadbalancers.map(({ id, provider, applied_generation, ...view }) => ({
    ...view,
    appliedGeneration: applied_generation,
    document: { id, provider },
  }));
  const byId = new Map(views.map((view) => [view.document.id, view]));
  return { loadBalancers: { list: () => views, get: (id) => byId.get(id) ?? null } };
}

/** The incarnations of the agents that a controller shows as alive; null where it does not answer. */
export async function livingBy(
  client: PatientClient,
  controller: string,
): Promise<ReadonlyMap<string, number> | null> {
  const answer = await client.askOf(controller, get('/holdfast/v1/agents'));
  if (answer?.status !== 200) return null;
  const { agents } = Agents.parse(JSON.parse(answer.text));
  return new Map(
    agents
      .filter(({ state }) => state === 'alive')
      .map(({ id, incarnation }) => [id, incarnation] as const),
  );
}
