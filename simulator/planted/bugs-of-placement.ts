import { fullFleetScenario } from '../scenarios/full-fleet.ts';
import { newAgentRebalancesScenario } from '../scenarios/new-agent-rebalances.ts';
import {
  leavesLoadsUneven,
  movesAllAtOnce,
  movesAtOnce,
  remembersFullAgents,
} from './controllers.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What goes wrong where there is no room, or load balancers move for the sake of even loads. */
export const bugsOfPlacement: readonly PlantedBug[] = [
  {
    checker: 'waits-no-longer-than-needed',
    bug: 'placement that takes an agent for full that was full once',
    scenario: fullFleetScenario,
    parts: { controller: remembersFullAgents },
  },
  {
    checker: 'rebalances-by-need',
    bug: 'controllers that move all at once what an agent holds too much of',
    scenario: newAgentRebalancesScenario,
    parts: { controller: movesAllAtOnce },
  },
  {
    checker: 'rebalances-by-need',
    bug: 'controllers that move something as soon as an agent holds too much',
    scenario: newAgentRebalancesScenario,
    parts: { controller: movesAtOnce },
  },
  {
    checker: 'rebalances-by-need',
    bug: 'controllers that leave new agents empty',
    scenario: newAgentRebalancesScenario,
    parts: { controller: leavesLoadsUneven },
  },
];
