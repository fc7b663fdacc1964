import type { Scenario } from './scenario.ts';
import { swarmScenario } from './swarm.ts';

/** What `swarm` does to a world, in worlds where agents have room for only so many: mostly too few. */
export const fullSwarmScenario: Scenario = {
  ...swarmScenario,
  name: 'full-swarm',
  summary: 'a minute of all kinds of faults, in worlds whose agents have room for only so many',
  drawFeatures: (stream) => ({ capacity: stream.integer(1, 12) }),
};
