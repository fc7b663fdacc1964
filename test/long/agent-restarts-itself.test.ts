import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { restartStatus } from '../../src/processes/supervision.ts';
import { runCli, type Started, startCli } from '../cli/run-cli.ts';
import { startsWithinMs } from '../real/support/restarts.ts';
import { World } from '../real/support/world.ts';

const id = 'agent-1';

describe('an agent that nobody looks after', () => {
  let world: World;
  let started: Started | null = null;

  beforeAll(async () => {
    world = await World.start({ agents: 1, restart: false, drivers: { memory: {} } });
    await world.agentProcess(id).stop();
  });

  afterEach(async () => {
    started?.child.kill('SIGINT');
    await started?.ended;
    started = null;
  });

  afterAll(() => world.close());

  /** As a person in a terminal starts one: without a parent that would start it again. */
  async function launch(args: readonly string[] = [], environment: Record<string, string> = {}) {
    const { incarnation } = await world.agent(id);
    const config = join(world.directory, `${id}.yaml`);
    started = startCli(['agent', '--config', config, ...args], { environment });
    const agent = await world.agentIs(id, 'alive', incarnation, startsWithinMs);
    return { ...started, incarnation: agent.incarnation };
  }

  const restart = () => runCli(['restart', id, '--api', world.stack.apiUrl]);

  test('starts itself again, as often as that is asked for, and ends as any other', async () => {
    const { child, ended, incarnation } = await launch();

    const first = await restart();
    const second = await restart();
    const agent = await world.agent(id);
    child.kill('SIGINT');

    expect([first.status, second.status]).toEqual([0, 0]);
    expect(agent.incarnation).toBeGreaterThan(incarnation + 1);
    expect((await ended).status).toBe(0);
    expect((await world.agent(id)).state).toBe('retired');
  });

  test('ends with a status that asks for it, where somebody does look after it', async () => {
    const { ended, incarnation } = await launch(['--supervised']);

    await world.api.restart(id, incarnation);

    expect((await ended).status).toBe(restartStatus);
    expect((await world.agent(id)).state).toBe('restarting');
  });

  test.each([
    ['SIGTERM', 'restart', 'restarting'],
    ['SIGTERM', 'leave', 'retired'],
    ['SIGINT', 'restart', 'retired'],
  ] as const)(
    'that is ended by %s, where SIGTERM means %s, is %s',
    async (signal, means, state) => {
      const { child, ended } = await launch([], { HOLDFAST_AGENT__ON_SIGTERM: means });

      child.kill(signal);

      expect((await ended).status).toBe(0);
      expect((await world.agent(id)).state).toBe(state);
    },
  );
});
