import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestartWorld } from '../real/support/restarts.ts';

const restarts = 50;
const longestMs = 30 * 60_000;

let world: RestartWorld;

beforeAll(async () => {
  world = await RestartWorld.start(4);
}, longestMs);

afterAll(() => world.close(), longestMs);

test(
  `${restarts} restarts under load, by command and by a service manager, fail no request and move nothing`,
  async () => {
    const statuses = new Set<number | null>();
    const agents = ['agent-1', 'agent-2'];
    for (let count = 0; count < restarts; count += 1) {
      const agent = agents[count % 2] ?? '';
      // Each agent in both ways.
      if (count % 4 < 2) statuses.add((await world.byCommand(agent)).status);
      else await world.byServiceManager(agent);
    }

    expect(statuses).toEqual(new Set([0]));
    expect(await world.moved()).toEqual([]);
    expect(await world.failures()).toEqual([]);
    expect(world.served).toBeGreaterThan(restarts);
  },
  longestMs,
);
