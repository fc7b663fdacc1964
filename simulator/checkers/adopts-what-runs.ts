import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';
import type { CheckerContext, CheckerKind } from './checker.ts';
import { desiredOf, seatsOf } from './records.ts';

/** Longer than an agent takes to look around on its host, and to take up all that it finds there. */
const limitMs = 2_000;

/** What an agent finds on its host when it starts: it runs, and by marker and record it is its own. */
interface Found {
  readonly place: Place;
  readonly id: string;
  readonly agent: string;
  /** Which start of the agent. */
  readonly start: number;
  readonly atMs: number;
  readonly generation: number;
  readonly content: LoadBalancerDocument | null;
}

/**
 * What runs on the host of an agent that starts, can't have left it, and is still its own is taken up at
 * once, whether or not its journal is whole and a controller answers; and it is not started again
 * for that. Trouble with the agent, or with what it finds, excuses it.
 */
export const adoptsWhatRuns: CheckerKind = {
  name: 'adopts-what-runs',
  start(context) {
    const { world, violate } = context;
    const awaited = new Map<string, Found>();
    let nextMs = Number.POSITIVE_INFINITY;

    const begins = (agent: string, atMs: number): void => {
      const start = world.agentHost(agent).starts;
      for (const found of foundBy(world, agent)) {
        awaited.set(keyOf(found.place.name, found.id), { ...found, agent, start, atMs });
        nextMs = Math.min(nextMs, atMs + limitMs);
      }
    };

    const lookAt = (atMs: number): void => {
      nextMs = Number.POSITIVE_INFINITY;
      for (const [key, found] of awaited) {
        const dueMs = found.atMs + limitMs;
        if (dueMs > atMs) nextMs = Math.min(nextMs, dueMs);
        else {
          awaited.delete(key);
          const problem = isExcused(context, found) ? null : whyNotTakenUp(world, found);
          if (problem !== null) violate(problem, found.id);
        }
      }
    };

    return {
      onEvent(event, atMs) {
        if (atMs >= nextMs) lookAt(atMs);
        if (event.type === 'started') {
          begins(event.agent, atMs);
        } else if (event.type === 'served' && event.agent === null) {
          const key = keyOf(event.place, event.loadBalancer);
          const found = awaited.get(key);
          awaited.delete(key);
          if (found === undefined || isExcused(context, found)) return;
          violate(`${found.agent} came home, and it was not served meanwhile`, found.id);
        }
      },
    };
  },
};

const keyOf = (place: string, id: string): string => `${place} ${id}`;

function foundBy(
  world: World,
  agent: string,
): readonly Pick<Found, 'place' | 'id' | 'generation' | 'content'>[] {
  const places = world.placesOf(agent).filter(({ host, descriptor }) => {
    return host !== null && !descriptor.reschedulable;
  });
  return places.flatMap((place) =>
    place.device.ids().flatMap((id) => {
      const observed = place.device.peek(id);
      if (observed === null || !observed.running || !isOwn(world, place, id, agent)) return [];
      const { generation } = observed.marker;
      return [{ place, id, generation, content: place.device.content(id) }];
    }),
  );
}

/** Do its marker and its record both say so? */
function isOwn(world: World, { device, markers }: Place, id: string, agent: string): boolean {
  if (markers === null || markers.isDamaged(id) || markers.holder(id) !== agent) return false;
  if (device.peek(id)?.marker.removed !== false) return false;
  const desired = world.stores.desired.snapshot().find(({ key }) => key === id);
  if (desired === undefined || desiredOf(desired.value).status !== 'live') return false;
  const binding = world.stores.binding.snapshot().find(({ key }) => key === id);
  return binding !== undefined && seatsOf(binding.value).binding?.agent === agent;
}

function isExcused({ world, disturbances }: CheckerContext, found: Found): boolean {
  const { place, id, agent, start, atMs } = found;
  const host = world.agentHost(agent);
  if (host.starts !== start || host.agent === null) return true;
  if (world.damages.ofMarker(place.name, id).some((damage) => damage.atMs >= atMs)) return true;
  if (!isOwn(world, place, id, agent)) return true;
  // Of the fault of markers it is known above what it did.
  const troubles = disturbances.since(atMs).filter(({ kind }) => kind !== 'marker-damaged');
  return troubles.some(({ reach, agent: other }) =>
    reach === 'agent' ? other === agent : reach !== 'control plane',
  );
}

function whyNotTakenUp(world: World, found: Found): string | null {
  const { place, id, agent, generation, content } = found;
  const state = world.agent(agent)?.devices().get(id) ?? 'unknown to it';
  if (state !== 'active' && state !== 'applying') {
    return `${agent} came home ${limitMs} ms ago; it runs on ${place.name} and is its own, and is ${state}`;
  }
  const isSame = place.device.peek(id)?.marker.generation === generation;
  if (!isSame || JSON.stringify(place.device.content(id)) === JSON.stringify(content)) return null;
  return `${agent} came home, and started it again on ${place.name} with something else`;
}
