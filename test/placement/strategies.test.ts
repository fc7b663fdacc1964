import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentFacts } from '../../machines/placement/candidates.ts';
import { rankBy, type RankPolicy } from '../../machines/placement/rank.ts';
import { boundedLoadFactor } from '../../machines/placement/rendezvous.ts';
import {
  type StrategyName,
  strategyNames,
  strategyOf,
} from '../../machines/placement/strategies.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { agentFacts, ask } from './support/facts.ts';

const policy = (name: StrategyName, seed = 1): RankPolicy =>
  rankBy(strategyOf(name, new RandomStream(seed, 'chance')));

/** Agents that load balancers are given to one by one. */
class Fleet {
  readonly loads = new Map<string, number>();

  add(...ids: readonly string[]): void {
    for (const id of ids) this.loads.set(id, 0);
  }

  /** Gives it to the best agent of the moment, and returns that one's load then. */
  place(loadBalancer: string, rank: RankPolicy): number {
    const [best] = rank(this.#facts(), ask(loadBalancer)).ranked;
    if (best === undefined) throw new Error('nobody can take it');
    this.loads.set(best.id, best.load + 1);
    return best.load + 1;
  }

  get mean(): number {
    return [...this.loads.values()].reduce((sum, load) => sum + load, 0) / this.loads.size;
  }

  #facts(): AgentFacts[] {
    return [...this.loads].map(([id, load]) => agentFacts(id, { load }));
  }
}

describe.each(['rendezvous', 'least-loaded'] as const)('%s', (name) => {
  test('gives nobody more than a quarter above the mean and one, also while agents are added', () => {
    const step = fc.oneof({ weight: 12, arbitrary: fc.uuid() }, fc.constant('add an agent'));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 150 }),
        (few, steps) => {
          const fleet = new Fleet();
          fleet.add(...Array.from({ length: few }, (_, index) => `agent-${index}`));
          for (const [index, each] of steps.entries()) {
            if (each === 'add an agent') {
              fleet.add(`added-${index}`);
              continue;
            }
            const load = fleet.place(each, policy(name));
            expect(load).toBeLessThanOrEqual(Math.ceil(boundedLoadFactor * fleet.mean) + 1);
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });
});

test('least-loaded keeps loads even to one', () => {
  const fleet = new Fleet();
  fleet.add('a', 'b', 'c');

  for (let index = 0; index < 100; index += 1) fleet.place(`lb-${index}`, policy('least-loaded'));

  expect([...fleet.loads.values()].toSorted((a, b) => a - b)).toEqual([33, 33, 34]);
});

test('chance chooses everybody now and then, and the same by the same seed', () => {
  const chosen = (seed: number) => {
    const fleet = new Fleet();
    fleet.add('a', 'b', 'c', 'd');
    const rank = policy('chance', seed);
    for (let index = 0; index < 200; index += 1) fleet.place(`lb-${index}`, rank);
    return [...fleet.loads.values()];
  };

  expect(chosen(1)).toEqual(chosen(1));
  expect(chosen(1)).not.toEqual(chosen(2));
  for (const load of chosen(1)) expect(load).toBeGreaterThan(25);
});

test.each(strategyNames)('%s ranks all who can take it', (name) => {
  const facts = ['a', 'b', 'c'].map((id) => agentFacts(id));

  const { ranked } = policy(name)(facts, ask('x'));

  expect(ranked.map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c']);
});
