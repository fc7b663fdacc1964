import { defaultScenario, scenarios } from '../scenarios/index.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { swarmScenario } from '../scenarios/swarm.ts';

/** Those that mix everything, so that each seed is another story; the rest show one thing each. */
const mixed: readonly Scenario[] = [defaultScenario, swarmScenario];

const seedsOfMixed = 12;
const seedsOfOthers = 3;

/** How many seeds of each scenario run without arguments: together less than a minute on two cores. */
export function defaultSeeds(scenario: Scenario): number {
  return mixed.includes(scenario) ? seedsOfMixed : seedsOfOthers;
}

export const defaultSetSize = scenarios.reduce((sum, scenario) => sum + defaultSeeds(scenario), 0);

/** How many seeds of the default scenario a night has. */
export const seedsOfANight = 10_000;

/** Of how many default seeds there is one of each other scenario in a night. */
const defaultForOther = 20;

/** How many seeds of each scenario run in a night with so many of the default one. */
export function nightlySeeds(scenario: Scenario, ofDefault: number): number {
  return scenario === defaultScenario ? ofDefault : Math.ceil(ofDefault / defaultForOther);
}
