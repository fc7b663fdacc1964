import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { says, startCli } from '../cli/run-cli.ts';
import { RestartWorld } from './support/restarts.ts';

describe('an agent that is restarted under load', () => {
  let restarts: RestartWorld;
  let agent: string;

  beforeAll(async () => {
    restarts = await RestartWorld.start(3);
    agent = restarts.busiest;
  });

  afterAll(() => restarts.close());

  test('by command: no request fails, nothing moves, and it is told how long that took', async () => {
    const { status, stdout, stderr } = await restarts.byCommand(agent);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^agent-\d ends, and is waited for up to 60 s; its .* served on\.$/m);
    expect(stdout).toMatch(/^agent-\d serves again with all that it held \(\d\): \d+\.\d s\.$/m);
    expect(await restarts.moved()).toEqual([]);
    expect(await restarts.failures()).toEqual([]);
  });

  test('by its service manager: no request fails, and nothing moves', async () => {
    const { incarnation } = await restarts.world.agent(agent);
    const process = restarts.world.agentProcess(agent);

    await process.stop({ comesBack: true });
    const away = await restarts.world.agent(agent);
    const meanwhile = await restarts.failures();
    await process.start();
    await restarts.takenUp(agent, incarnation);

    expect(away).toMatchObject({ state: 'restarting', incarnation });
    expect(await restarts.moved()).toEqual([]);
    expect([...meanwhile, ...(await restarts.failures())]).toEqual([]);
  });

  test('and goes on with it where whoever watches is interrupted', async () => {
    const { incarnation } = await restarts.world.agent(agent);

    const watching = startCli(['restart', agent, '--api', restarts.world.stack.apiUrl]);
    await says(watching, 'is waited for up to');
    watching.child.kill('SIGINT');
    await watching.ended;
    await restarts.takenUp(agent, incarnation);

    expect(await restarts.moved()).toEqual([]);
    expect(await restarts.failures()).toEqual([]);
  });

  test('is refused while it is drained, and lives on', async () => {
    const { api } = restarts.world;
    const { incarnation } = await restarts.world.agent(agent);
    await api.order(agent === 'agent-1' ? 'agent-2' : 'agent-1', 'cordon');
    await api.order(agent, 'drain');

    const refused = api.restart(agent, incarnation);

    await expect(refused).rejects.toThrow(`Agent ${agent} is not restarted: it is being drained.`);
    await restarts.world.agentIs(agent, 'alive', incarnation - 1);
  });
});
