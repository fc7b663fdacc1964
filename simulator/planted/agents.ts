import type { AgentOptions } from '../../src/agent/agent.ts';

/** Drives nothing, and says so, if it is the last agent. */
export function lastDrivesNothing(options: AgentOptions): AgentOptions {
  return options.id === 'agent-3' ? { ...options, drivers: new Map() } : options;
}

/** Takes the same incarnation whenever it starts. */
export function forgetsItsStarts(options: AgentOptions): AgentOptions {
  return { ...options, incarnation: 1 };
}

/** Believes that every device refuses what is stale, and so that its own lease is nothing to go by. */
export function writesWithoutLease(options: AgentOptions): AgentOptions {
  const drivers = [...options.drivers].map(([device, driver]) => {
    const { descriptor } = driver;
    const isUnfenced = descriptor.fence === 'none';
    const fence = isUnfenced ? ('device' as const) : descriptor.fence;
    return [device, { ...driver, descriptor: { ...descriptor, fence } }] as const;
  });
  return { ...options, drivers: new Map(drivers) };
}
