import type { ChaosScenario } from '../scenario.ts';
import { agentCrash } from './agent-crash.ts';
import { controllerCrash } from './controller-crash.ts';
import { short } from './short.ts';

export const chaosScenarios: readonly ChaosScenario[] = [agentCrash, controllerCrash, short];
