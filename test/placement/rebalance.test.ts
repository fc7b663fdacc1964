import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentFacts } from '../../machines/placement/candidates.ts';
import { rank } from '../../machines/placement/rank.ts';
import { fullestMost, type Movable, planMoves } from '../../machines/placement/rebalance.ts';
import { agentFacts as agent, ask, reached } from './support/facts.ts';

/** Agents that hold so many movable load balancers, and so many others, and what is planned for them. */
function plan(fleet: readonly AgentFacts[], movable: readonly number[], movesMax = 1_000) {
  const held: Movable[] = fleet.flatMap(({ id }, index) =>
    Array.from({ length: movable[index] ?? 0 }, (_, n) => ({
      id: `${id}-${n}`,
      device: 'memory',
      holder: id,
    })),
  );
  const others = ({ id, device }: Movable, agents: readonly AgentFacts[]) =>
    rank(agents, ask(id, { device })).ranked;
  return planMoves({ agents: fleet, movable: held, others, movesMax });
}

const loads = (...numbers: readonly number[]) =>
  numbers.map((load, index) => agent(`agent-${index + 1}`, { load }));

function after(fleet: readonly AgentFacts[], moves: ReturnType<typeof plan>): readonly number[] {
  return fleet.map(({ id, load }) => {
    const left = moves.filter(({ from }) => from === id).length;
    return load - left + moves.filter(({ to }) => to === id).length;
  });
}

describe('what moves', () => {
  test.each([
    // ⌈1.25 × 4⌉ + 1 = 6.
    ['the fullest may hold 1.25 times the mean, and one', [6, 2], 0],
    ['one more than that goes', [7, 1], 1],
    ['no more than is needed', [16, 0, 0], 8],
    ['nothing, where all hold the same', [5, 5, 5], 0],
    ['nothing, where there is only one', [9], 0],
  ])('%s', (_, numbers, count) => {
    const fleet = loads(...numbers);

    const moves = plan(fleet, numbers);

    expect(moves).toHaveLength(count);
  });

  test('comes from those that can be moved at no cost only', () => {
    expect(plan(loads(16, 0, 0), [3, 0, 0])).toHaveLength(3);
  });

  test('is planned up to a limit', () => {
    expect(plan(loads(16, 0, 0), [16, 0, 0], 2)).toHaveLength(2);
  });

  test.each([
    ['is cordoned', { cordoned: true }],
    ['is suspect', { state: 'suspect' }],
    ['flaps', { flapping: 'has come back from death 4 times' }],
    ['drives another device', { devices: [reached('other')] }],
    ['has lost the device', { devices: [{ device: 'memory', capacity: null, lost: 'away' }] }],
    ['is full', { capacity: 0 }],
  ])('does not go to one that %s', (_, what) => {
    const fleet = [agent('agent-1', { load: 16 }), agent('agent-2', what)];

    expect(plan(fleet, [16, 0])).toEqual([]);
  });

  test('leaves nobody that can be helped above the bound, never comes back, and then rests', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 2, maxLength: 8 }), (numbers) => {
        const fleet = loads(...numbers);
        const moves = plan(fleet, numbers);
        const then = after(fleet, moves);
        const most = fullestMost(
          numbers.reduce((sum, load) => sum + load, 0),
          numbers.length,
        );

        expect(Math.max(...then)).toBeLessThanOrEqual(most);
        const given = new Set(moves.map(({ to }) => to));
        for (const { from } of moves) expect(given.has(from)).toBe(false);
        expect(plan(loads(...then), then)).toEqual([]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
