import { expect, test } from 'vitest';
import { shardOf } from '../../machines/protocol/subjects.ts';
import { JudgeChanges } from '../../simulator/evidence/judge-changes.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { shardKey } from '../../src/controller/shards/shard-keeper.ts';

const shards = 4;
const agent = 'agent-1';
const shard = shardOf(agent, shards);

function written(owner: string, term: number, of = shard): WorldEvent {
  const value = JSON.stringify({ schema: 1, owner, term, write: 'one' });
  const change = { type: 'put', key: shardKey(of), value, revision: 1 } as const;
  return { type: 'stored', bucket: 'shards', change, by: owner };
}

test('an agent has a new judge once its shard is claimed, and not when that is prolonged', () => {
  const changes = new JudgeChanges(shards);
  const before = changes.since(agent, 0);

  changes.note(written('controller-1', 1), 1_000);
  changes.note(written('controller-1', 1), 9_000);
  changes.note(written('controller-2', 1, shard + 1), 9_000);

  expect(before).toBe(false);
  expect([1_000, 1_001].map((fromMs) => changes.since(agent, fromMs))).toEqual([true, false]);
});

test('its judgeship begins anew with each term', () => {
  const changes = new JudgeChanges(shards);
  changes.note(written('controller-1', 1), 1_000);

  changes.note(written('controller-1', 2), 5_000);

  expect(changes.since(agent, 5_000)).toBe(true);
});
