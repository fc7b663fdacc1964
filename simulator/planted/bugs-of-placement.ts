import { newAgentRebalancesScenario } from '../scenarios/new-agent-rebalances.ts';
import { leavesLoadsUneven, movesAllAtOnce, movesAtOnce } from './controllers.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What goes wrong where load balancers move for the sake of even loads. */
export const bugsOfPlacement: readonly PlantedBug[] = [
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
