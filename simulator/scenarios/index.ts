import { agentCrashScenario } from './agent-crash.ts';
import { roughDayScenario } from './rough-day.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [agentCrashScenario, roughDayScenario];
