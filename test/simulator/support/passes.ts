import { expect } from 'vitest';
import { natsNodeHung } from '../../../simulator/faults/nats-node-hung.ts';
import { networkDuplicates } from '../../../simulator/faults/network-duplicates.ts';
import { networkLoss } from '../../../simulator/faults/network-loss.ts';
import { networkReorder } from '../../../simulator/faults/network-reorder.ts';
import { agentCrashScenario } from '../../../simulator/scenarios/agent-crash.ts';
import { roughDayScenario } from '../../../simulator/scenarios/rough-day.ts';
import type { Scenario } from '../../../simulator/scenarios/scenario.ts';
import { simulate } from '../../../simulator/simulate.ts';

/** Expects that nothing is violated on this rough day; what led to a violation is in the message. */
export function passesRoughDay(seed: number, controllers = 1): Promise<void> {
  return passes(roughDayScenario, seed, controllers);
}

/** The same for a run in which agents crash. */
export function passesAgentCrash(seed: number, controllers = 1): Promise<void> {
  return passes(agentCrashScenario, seed, controllers);
}

const ofAllLinks: readonly string[] = [networkLoss, networkDuplicates, networkReorder].map(
  ({ name }) => name,
);

/** Its plans without what is newer than its pinned seeds: kinds of faults, and faults of single links. */
export function asItWas(scenario: Scenario): Scenario {
  return {
    ...scenario,
    plan: (stream, frame) => {
      const plan = scenario.plan(stream, frame);
      const faults = plan.faults
        .filter(({ kind }) => kind !== natsNodeHung.name)
        .map((fault) => (ofAllLinks.includes(fault.kind) ? { ...fault, target: '' } : fault));
      return { ...plan, faults };
    },
  };
}

async function passes(scenario: Scenario, seed: number, controllers: number): Promise<void> {
  const size = { agents: 3, loadBalancers: 6, controllers };
  const { violations } = await simulate({ seed, scenario: asItWas(scenario), ...size });
  expect(violations).toEqual([]);
}
