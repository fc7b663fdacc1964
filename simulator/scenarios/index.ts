import { agentCrashScenario } from './agent-crash.ts';
import { roughDayScenario } from './rough-day.ts';
import { roughWeekScenario } from './rough-week.ts';
import type { Scenario } from './scenario.ts';
import { swarmScenario } from './swarm.ts';

/** The one that runs where nobody names any. */
export const defaultScenario = roughWeekScenario;

/** Every scenario, in the order in which a set runs them. */
export const scenarios: readonly Scenario[] = [
  defaultScenario,
  swarmScenario,
  roughDayScenario,
  agentCrashScenario,
];
