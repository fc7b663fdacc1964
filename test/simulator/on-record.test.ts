import { expect, test } from 'vitest';
import { initialLivenessContext } from '../../machines/liveness/context.ts';
import { presets } from '../../machines/timings/timings.ts';
import { mayBeKept } from '../../simulator/evidence/on-record.ts';
import { worldBeginsMs } from '../../simulator/world/host-time.ts';
import { World } from '../../simulator/world/world.ts';
import { clockDoubtMs } from '../../src/controller/liveness/lapses.ts';

/** A world in which an agent was waited for until then, while it was restarted on purpose. */
async function waitedUntil(atMs: number): Promise<World> {
  const world = new World({
    seed: 1,
    timings: presets.lan,
    agents: 2,
    shards: 1,
    controllers: 1,
  });
  const context = { ...initialLivenessContext, keptUntil: worldBeginsMs + atMs };
  const record = { write: 'one', snapshot: { value: 'alive', context } };
  const { liveness } = world.stores;
  await world.settle(liveness.update('agent-1', JSON.stringify(record), 0, 'one'));
  return world;
}

test('a host may be kept for as long after a planned restart as a judge does not believe its own clock', async () => {
  const world = await waitedUntil(5_000);

  const asked = [5_000, 5_000 + clockDoubtMs - 1, 5_000 + clockDoubtMs];

  expect(asked.map((atMs) => mayBeKept(world, 'agent-1', atMs))).toEqual([true, true, false]);
  expect(mayBeKept(world, 'agent-2', 5_000)).toBe(false);
});
