import { describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { markKinds } from '../../simulator/marks/index.ts';
import { MarkWatch } from '../../simulator/marks/mark-watch.ts';
import { roughDayScenario } from '../../simulator/scenarios/rough-day.ts';
import { simulate } from '../../simulator/simulate.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { World } from '../../simulator/world/world.ts';

type EventOf<T extends WorldEvent['type']> = Extract<WorldEvent, { readonly type: T }>;

/** The marks that these events reach in a world in which nothing else happens. */
function reachedBy(...events: readonly WorldEvent[]): readonly string[] {
  const timings = presets.lan;
  const world = new World({ seed: 1, timings, agents: 2, controllers: 2, shards: 4 });
  const watch = new MarkWatch(world);
  for (const [atMs, event] of events.entries()) watch.observer(event, atMs);
  return watch.reached();
}

function device(kind: EventOf<'device'>['entry']['kind'], agent = 'agent-1'): WorldEvent {
  return {
    type: 'device',
    place: 'appliance',
    entry: { at: 0, lb: 'web', epoch: 1, generation: 1, agent, kind },
  };
}

function written(outcome: EventOf<'written'>['outcome'], askedAtMs: number): WorldEvent {
  const revision = outcome === 'committed' ? 7 : null;
  const which = { bucket: 'desired', key: 'web', writeId: 'w-1' } as const;
  return { type: 'written', ...which, askedAtMs, outcome, revision };
}

const stored: WorldEvent = {
  type: 'stored',
  bucket: 'desired',
  change: { type: 'put', key: 'web', value: '{}', revision: 7 },
  by: 'controller-1',
};

test('every mark has a name of its own, and says in a sentence what it stands for', () => {
  const names = markKinds.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, summary } of markKinds) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(summary).toMatch(/^[A-Z].*\.$/);
  }
});

test('a run says which marks it reached, always the same ones for its seed', async () => {
  const run = { seed: 7, scenario: roughDayScenario };
  const { marks } = await simulate(run);
  expect(marks).toContain('granted-before-the-commit');
  expect((await simulate(run)).marks).toEqual(marks);
});

test('nothing is reached where nothing happens', () => {
  expect(reachedBy()).toEqual([]);
});

describe('a refusal by the device', () => {
  test('is one of a stale call while the load balancer lives', () => {
    expect(reachedBy(device('applied'), device('refused'))).toEqual(['stale-apply-refused']);
  });

  test('is one of a late creation after a removal', () => {
    expect(reachedBy(device('removed'), device('refused'))).toEqual(['late-create-refused']);
  });
});

describe('a write that nobody acknowledged and that was repeated', () => {
  test('had happened, if the store had told of it before', () => {
    const events = [written('unknown', 0), stored, written('committed', 2)];
    expect(reachedBy(...events)).toEqual(['unanswered-write-had-happened']);
  });

  test('had not happened, if the store told of it only then', () => {
    const events = [written('unknown', 0), stored, written('committed', 1)];
    expect(reachedBy(...events)).toEqual(['unanswered-write-had-not-happened']);
  });

  test('was overtaken, if somebody else had written', () => {
    const events = [written('unknown', 0), written('refused', 1)];
    expect(reachedBy(...events)).toContain('unanswered-write-overtaken');
  });

  test('is none of these while the store has no leader', () => {
    const events = [written('unknown', 0), written('unavailable', 1)];
    expect(reachedBy(...events)).toEqual(['store-without-a-leader']);
  });
});
