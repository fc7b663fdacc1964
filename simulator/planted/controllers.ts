import type { AgentFacts } from '../../machines/placement/candidates.ts';
import { rank } from '../../machines/placement/rank.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { impatient } from '../world/releases.ts';

/** Writes the newest records that it can read, although controllers of the release before may run. */
export function writesNewRecordsAtOnce(options: ControllerOptions): ControllerOptions {
  const { formats } = options;
  return formats === undefined ? options : { ...options, formats: impatient(formats) };
}

/** Takes the silence of a heartbeat or two for death. */
export function declaresTooSoon(options: ControllerOptions): ControllerOptions {
  const { heartbeatMs } = options.timings;
  const suspectAfterMs = heartbeatMs * 1.2;
  const deadAfterMs = heartbeatMs * 1.4;
  return { ...options, timings: { ...options.timings, suspectAfterMs, deadAfterMs } };
}

/** Takes every agent for one that drives everything. */
export function ignoresDrivers(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    rank: (agents, ask) => {
      const asked = { device: ask.device, capacity: null, lost: null };
      const able = agents.map((agent) => ({ ...agent, devices: [asked] }));
      return rank(able, ask);
    },
  };
}

/** Takes an agent for full that was full once. */
export function remembersFullAgents(options: ControllerOptions): ControllerOptions {
  const full = new Set<string>();
  return {
    ...options,
    rank: (agents, ask) => {
      for (const { id, capacity, load } of agents) if (load === capacity) full.add(id);
      const rememberedAs = (agent: AgentFacts) =>
        full.has(agent.id) ? { ...agent, load: agent.capacity ?? 0 } : agent;
      return rank(agents.map(rememberedAs), ask);
    },
  };
}

/** Takes a cordoned agent for any other. */
export function ignoresCordons(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    rank: (agents, ask) =>
      rank(
        agents.map((agent) => ({ ...agent, cordoned: false })),
        ask,
      ),
  };
}

/** Sends all commands at once. */
export function sendsAllAtOnce(options: ControllerOptions): ControllerOptions {
  return { ...options, commandsInFlight: 10_000 };
}

/** Moves all at once what an agent holds too much of. */
export function movesAllAtOnce(options: ControllerOptions): ControllerOptions {
  return { ...options, movesInFlight: 1_000 };
}

/** Moves something as soon as loads are uneven, whatever is the matter. */
export function movesAtOnce(options: ControllerOptions): ControllerOptions {
  return { ...options, timings: { ...options.timings, rebalanceAfterMs: 1 } };
}

/** Moves nothing for the sake of even loads. */
export function leavesLoadsUneven(options: ControllerOptions): ControllerOptions {
  return { ...options, rebalance: 'off' };
}

/** Takes an agent that dies again and again for any other. */
export function ignoresFlaps(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    rank: (agents, ask) =>
      rank(
        agents.map((agent) => ({ ...agent, flapping: null })),
        ask,
      ),
  };
}

/** Takes nobody for trustworthy again for very long. */
export function neverForgives(options: ControllerOptions): ControllerOptions {
  return { ...options, timings: { ...options.timings, flapQuietMs: 3_600_000 } };
}

/** Takes an agent that is being restarted for one that is there. */
export function ignoresRestarts(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    rank: (agents, ask) =>
      rank(
        agents.map((agent) => {
          return agent.awayUntil === null ? agent : { ...agent, state: 'alive', awayUntil: null };
        }),
        ask,
      ),
  };
}

/** Believes that every load balancer may leave its host. */
export function movesEverything(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    resolveDriver(name) {
      const descriptor = options.resolveDriver(name);
      return descriptor === null ? null : { ...descriptor, reschedulable: true };
    },
  };
}

/** Believes that every device refuses what is stale, and so that nobody has to be waited for. */
export function takesForFenced(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    resolveDriver(name) {
      const descriptor = options.resolveDriver(name);
      return descriptor?.fence === 'none' ? { ...descriptor, fence: 'device' } : descriptor;
    },
  };
}

/** Finds nobody fit to take anything until the second agent is there. */
export function distrustsNewcomers(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    rank(agents, ask) {
      const ranking = rank(agents, ask);
      if (agents.length > 1) return ranking;
      const rejected = agents.map(({ id }) => ({ agent: id, reason: 'is new here' }));
      return { ranked: [], rejected };
    },
  };
}

/** Says of every agent that can not take something that it is full. */
export function saysThatAllAreFull(options: ControllerOptions): ControllerOptions {
  return {
    ...options,
    rank(agents, ask) {
      const { ranked, rejected } = rank(agents, ask);
      const reason = 'is full (1 of 1 load balancers)';
      return { ranked, rejected: rejected.map(({ agent }) => ({ agent, reason })) };
    },
  };
}

/** Finds nobody for one load balancer in four as long as everything is new. */
export function overlooksSome(options: ControllerOptions): ControllerOptions {
  const untilMs = options.clock.monotonicMs() + 12_000;
  return {
    ...options,
    rank(agents, ask) {
      const ranking = rank(agents, ask);
      const isOverlooked = /^[0-3]/.test(ask.loadBalancer);
      return isOverlooked && options.clock.monotonicMs() < untilMs
        ? { ...ranking, ranked: [] }
        : ranking;
    },
  };
}

/** Takes nobody for dead until he has been silent for very long, whatever becomes of connections. */
export function waitsTooLong(options: ControllerOptions): ControllerOptions {
  const timings = {
    ...options.timings,
    suspectAfterMs: 15_000,
    deadAfterMs: 16_000,
    reconnectGraceMs: 15_000,
  };
  return { ...options, timings };
}

/** Believes at once that a large part of the fleet is gone. */
export function hasNoBrake(options: ControllerOptions): ControllerOptions {
  return { ...options, timings: { ...options.timings, stormBrakeMs: 1 } };
}

/** Leaves who has lost a device before the others can have found out that they have, too. */
export function leavesAtOnce(options: ControllerOptions): ControllerOptions {
  return { ...options, timings: { ...options.timings, reachMs: 1 } };
}
