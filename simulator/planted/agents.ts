import type { AgentOptions } from '../../src/agent/agent.ts';

/** Drives nothing, and says so, if it is the last agent. */
export function lastDrivesNothing(options: AgentOptions): AgentOptions {
  return options.id === 'agent-3' ? { ...options, drivers: new Map() } : options;
}

/** Takes the same incarnation whenever it starts. */
export function forgetsItsStarts(options: AgentOptions): AgentOptions {
  return { ...options, incarnation: 1 };
}
