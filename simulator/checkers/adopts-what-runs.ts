import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { bindingRecord, liveRecord } from '../evidence/on-record.ts';
import { agentCordon } from '../faults/agent-cordon.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentDisconnect } from '../faults/agent-disconnect.ts';
import { agentDrain } from '../faults/agent-drain.ts';
import { agentJoin } from '../faults/agent-join.ts';
import { agentLosesDevice } from '../faults/agent-loses-device.ts';
import { agentReborn } from '../faults/agent-reborn.ts';
import { agentRestart } from '../faults/agent-restart.ts';
import { clockOffset } from '../faults/clock-offset.ts';
import { crashPoint } from '../faults/crash-point.ts';
import { deviceRefusesRemoval } from '../faults/device-refuses-removal.ts';
import { hostDies } from '../faults/host-dies.ts';
import { journalDamaged } from '../faults/journal-damaged.ts';
import { markerDamaged } from '../faults/marker-damaged.ts';
import { memberFailure } from '../faults/member-failure.ts';
import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';
import type { CheckerContext, CheckerKind } from './checker.ts';

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
  /** Its marker can't be read: it waits for a controller that knows whose it is. */
  readonly isDamaged: boolean;
  /** When its damaged marker was made anew. */
  mendedMs: number | null;
  /** When it has to be taken up; infinite until that. */
  dueMs: number;
}

/**
 * These change nothing about what an agent makes of its host: what befalls the connection to controllers,
 * its wall clock, its way to an appliance, and servers behind load balancers. That it has died, or a marker is damaged, is seen.
 */
const needsNoExcuse: ReadonlySet<string> = new Set(
  [
    agentCordon,
    agentCrash,
    agentCut,
    agentDisconnect,
    agentJoin,
    agentLosesDevice,
    agentReborn,
    clockOffset,
    crashPoint,
    deviceRefusesRemoval,
    hostDies,
    journalDamaged,
    markerDamaged,
    memberFailure,
  ].map(({ name }) => name),
);

/** What needs a controller waits for as long as these last. */
const ofConnections: ReadonlySet<string> = new Set([agentCut.name, agentDisconnect.name]);

/** By these an agent is asked to stop. */
const stops: ReadonlySet<string> = new Set([agentDrain.name, agentRestart.name]);

/**
 * What runs on the host of an agent that starts, can't have left it, and is still its own is taken up at
 * once, whether or not its journal is whole and a controller answers; and it is not ended or made something
 * else for that. Where its marker is damaged it runs on as well, and is taken up as soon as the marker
 * is made anew, which takes a controller. Trouble with the agent, or with what it finds, excuses it.
 */
export const adoptsWhatRuns: CheckerKind = {
  name: 'adopts-what-runs',
  excuses: true,
  start(context) {
    const { world, judges, violate } = context;
    const mendedLimitMs = takenUpAfterMendingMs(world.options.timings);
    const awaited = new Map<string, Found>();
    let nextMs = Number.POSITIVE_INFINITY;

    const begins = (agent: string, atMs: number): void => {
      const start = world.agentHost(agent).starts;
      for (const found of foundBy(world, agent)) {
        const dueMs = found.isDamaged ? Number.POSITIVE_INFINITY : atMs + limitMs;
        const each = { ...found, agent, start, atMs, mendedMs: null, dueMs };
        awaited.set(keyOf(found.place.name, found.id), each);
        nextMs = Math.min(nextMs, dueMs);
      }
    };

    const lookAt = (atMs: number): void => {
      nextMs = Number.POSITIVE_INFINITY;
      for (const [key, found] of awaited) {
        if (found.dueMs > atMs) nextMs = Math.min(nextMs, found.dueMs);
        else {
          awaited.delete(key);
          const isJudged = judges(isExcused(context, found));
          const problem = isJudged ? whyNotTakenUp(world, found, atMs) : null;
          if (problem !== null) violate(problem, found.id);
        }
      }
    };

    return {
      onEvent(event, atMs) {
        if (atMs >= nextMs) lookAt(atMs);
        if (event.type === 'started') {
          begins(event.agent, atMs);
        } else if (event.type === 'mended') {
          const found = awaited.get(keyOf(event.place, event.loadBalancer));
          if (found?.isDamaged !== true) return;
          found.mendedMs = atMs;
          found.dueMs = atMs + mendedLimitMs;
          nextMs = Math.min(nextMs, found.dueMs);
        } else if (event.type === 'served' && event.agent === null) {
          const key = keyOf(event.place, event.loadBalancer);
          const found = awaited.get(key);
          awaited.delete(key);
          if (found === undefined || !judges(isExcused(context, found))) return;
          violate(`${found.agent} came home, and it was not served meanwhile`, found.id);
        }
      },
    };
  },
};

/**
 * From a marker that was made anew until its agent has taken up what runs: a heartbeat that claims it, perhaps
 * once more where that was refused, and a command with its first retries.
 */
const takenUpAfterMendingMs = (timings: Timings): number =>
  2 * (timings.heartbeatMs + timings.ackTimeoutMs) + 3 * timings.commandRetryMs;

const keyOf = (place: string, id: string): string => `${place} ${id}`;

function foundBy(
  world: World,
  agent: string,
): readonly Pick<Found, 'place' | 'id' | 'generation' | 'content' | 'isDamaged'>[] {
  const places = world.placesOf(agent).filter(({ host, descriptor }) => {
    return host !== null && !descriptor.reschedulable;
  });
  return places.flatMap((place) =>
    place.device.ids().flatMap((id) => {
      const observed = place.device.peek(id);
      if (observed === null || !observed.running) return [];
      if (!isOn(place, id, agent) || !isOfAgent(world, id, agent)) return [];
      const isDamaged = place.markers?.isDamaged(id) === true;
      const { generation } = observed.marker;
      return [{ place, id, generation, content: place.device.content(id), isDamaged }];
    }),
  );
}

/** Does its marker say that the agent holds it, or did it before it was damaged? */
function isOn({ device, markers }: Place, id: string, agent: string): boolean {
  return markers?.holder(id) === agent && device.peek(id)?.marker.removed === false;
}

/** Does its record say that the agent holds it? */
const isOfAgent = (world: World, id: string, agent: string): boolean =>
  liveRecord(world, id) !== null && bindingRecord(world, id)?.context.binding?.agent === agent;

function isExcused(context: CheckerContext, found: Found): boolean {
  const { world } = context;
  const { place, id, agent, start } = found;
  const host = world.agentHost(agent);
  if (host.starts !== start || host.agent === null) return true;
  const damages = world.damages.ofMarker(place.name, id);
  if (damages.some((damage) => damage.atMs >= found.atMs)) return true;
  if (!isOfAgent(world, id, agent)) return true;
  // One that was made anew names nobody until it is taken up.
  const isTaken = !found.isDamaged && !isOn(place, id, agent);
  return isTaken || isTroubled(context, found);
}

/** What else was wrong with the agent, or with what it has found. */
function isTroubled({ disturbances }: CheckerContext, found: Found): boolean {
  const { place, agent, content, atMs, mendedMs } = found;
  const touched = { agents: [agent], device: place.name, loadBalancer: content?.name ?? '' };
  const troubles = disturbances.touching(touched, mendedMs ?? atMs);
  // By then a controller had answered, and it takes one that hears the agent, and that it hears.
  if (mendedMs !== null && disturbances.ofControlPlane(mendedMs)) return true;
  return troubles.some(({ kind, fromMs }) => {
    // What stopped its former life says nothing of this one.
    if (stops.has(kind)) return fromMs >= atMs;
    return !needsNoExcuse.has(kind) || (mendedMs !== null && ofConnections.has(kind));
  });
}

function whyNotTakenUp(world: World, found: Found, atMs: number): string | null {
  const { place, id, agent, generation, content } = found;
  const state = world.agent(agent)?.devices().get(id) ?? 'unknown to it';
  if (state !== 'active' && state !== 'applying') {
    const sinceMs = Math.round(atMs - found.atMs);
    const mended = found.isDamaged ? ', and its damaged marker was made anew since' : '';
    return `${agent} came home ${sinceMs} ms ago${mended}; it runs on ${place.name} and is its own, and is ${state}`;
  }
  const isSame = place.device.peek(id)?.marker.generation === generation;
  if (!isSame || JSON.stringify(place.device.content(id)) === JSON.stringify(content)) return null;
  return `${agent} came home, and started it again on ${place.name} with something else`;
}
