import { driverOf } from '../protocol/device-name.ts';
import type { AgentFacts, Ask } from './candidates.ts';
import { hash32 } from './hash.ts';
import type { Ranking, RankPolicy } from './rank.ts';

/** A device as placement sees it. */
export interface DeviceFacts {
  readonly device: string;
  /** How many load balancers it may hold; null means no limit. Of agents that disagree, the strictest counts. */
  readonly capacity: number | null;
  /** How many load balancers it holds. */
  readonly load: number;
}

/**
 * All devices that agents tell of; `load` says how many load balancers one holds. What agents that are gone
 * said of capacities counts no more.
 */
export function devicesOf(
  agents: readonly Pick<AgentFacts, 'devices' | 'state'>[],
  load: (device: string) => number,
): readonly DeviceFacts[] {
  const capacities = new Map<string, number | null>();
  for (const { devices, state } of agents) {
    const isGone = state === 'dead' || state === 'retired';
    for (const { device, capacity } of devices) {
      const known = capacities.get(device) ?? Infinity;
      const strictest = Math.min(known, isGone ? Infinity : (capacity ?? Infinity));
      capacities.set(device, strictest === Infinity ? null : strictest);
    }
  }
  return [...capacities].map(([device, capacity]) => ({ device, capacity, load: load(device) }));
}

/**
 * Ranks for a load balancer that no device holds yet: on the device with the most room, or else with the
 * fewest load balancers, of those on which anybody can take it. Null where the driver has no device.
 */
export function rankOnDevices(
  policy: RankPolicy,
  agents: readonly AgentFacts[],
  ask: Omit<Ask, 'device'> & { readonly driver: string },
  devices: readonly DeviceFacts[],
): (Ranking & { readonly device: string }) | null {
  const rankings = inOrder(devices, ask).map((facts) => {
    const exclude = new Map([...ask.exclude, ...closedTo(agents, facts)]);
    return { device: facts.device, ...policy(agents, { ...ask, device: facts.device, exclude }) };
  });
  const [first] = rankings;
  if (first === undefined) return null;
  const found =
    rankings.find(({ ranked }) => ranked[0]?.flapping === null) ??
    rankings.find(({ ranked }) => ranked.length > 0);
  if (found !== undefined) return found;
  // Of each agent, what keeps it from a device that it drives says more than that it does not drive another.
  const rejected = first.rejected.map((reason) => {
    const own = agents.find(({ id }) => id === reason.agent)?.devices ?? [];
    const drives = rankings.find(({ device }) => own.some((one) => one.device === device));
    return drives?.rejected.find(({ agent }) => agent === reason.agent) ?? reason;
  });
  return { ...first, rejected };
}

function inOrder(
  devices: readonly DeviceFacts[],
  { driver, loadBalancer }: { readonly driver: string; readonly loadBalancer: string },
): readonly DeviceFacts[] {
  const room = ({ capacity, load }: DeviceFacts) =>
    capacity === null ? Infinity : capacity - load;
  const score = ({ device }: DeviceFacts) => hash32(`${device}/${loadBalancer}`);
  return devices
    .filter(({ device }) => driverOf(device) === driver)
    .toSorted((a, b) => {
      if (room(a) !== room(b)) return room(b) - room(a);
      return a.load - b.load || score(b) - score(a);
    });
}

/** A full device takes nothing new, whoever drives it. */
function closedTo(
  agents: readonly AgentFacts[],
  { device, capacity, load }: DeviceFacts,
): readonly (readonly [string, string])[] {
  if (capacity === null || load < capacity) return [];
  const why = `drives the device ${device}, which is full (${load} of ${capacity} load balancers)`;
  return agents
    .filter(({ devices }) => devices.some((one) => one.device === device))
    .map(({ id }) => [id, why] as const);
}
