import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, says, startCli } from '../cli/run-cli.ts';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

describe('draining an agent under load, and moving what it held', () => {
  const made: Made[] = [];
  const traffic: Traffic[] = [];
  let world: World;

  beforeAll(async () => {
    world = await World.start({ agents: 2, restart: false });
    for (const name of ['one', 'two', 'three']) {
      const load = await world.create(name);
      await world.active(load.id);
      made.push(load);
      traffic.push(await world.client(load));
    }
  });

  afterAll(() => world.close());

  const holdfast = (...args: string[]) => runCli([...args, '--api', world.stack.apiUrl]);
  const holders = () => Promise.all(made.map(async ({ id }) => (await world.active(id)).agent));
  const served = () => Promise.all(traffic.map((each) => each.servedAgain(10)));
  const failures = () => traffic.flatMap((each) => each.failures);

  test('moves everything, says so, and no request fails', async () => {
    const drained = await holdfast('drain', 'agent-1');
    await served();

    expect(drained).toMatchObject({ status: 0, stderr: '' });
    expect(drained.stdout).toContain('agent-1 is drained: it holds nothing');
    expect(await holders()).toEqual(['agent-2', 'agent-2', 'agent-2']);
    expect(failures()).toEqual([]);
    const { stdout } = await holdfast('agents');
    expect(stdout).toMatch(/^agent-1 +alive, draining /m);
  });

  test('the agent can be stopped then, and nobody notices', async () => {
    await world.agentProcess('agent-1').stop();
    await served();

    expect(failures()).toEqual([]);
    await world.agentProcess('agent-1').start();
    await world.agentIs('agent-1', 'alive');
    expect(await holders()).toEqual(['agent-2', 'agent-2', 'agent-2']);
  });

  test('a move to it is refused while it drains, and obeyed when it is open again', async () => {
    const refused = await holdfast('move', 'one', 'agent-1');
    const opened = await holdfast('uncordon', 'agent-1');
    const moved = await holdfast('move', 'one', 'agent-1');
    await served();

    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/can't be moved to agent-1: agent-1 is cordoned/);
    expect(opened.stdout).toContain('agent-1 is open again');
    expect(moved).toMatchObject({ status: 0, stderr: '' });
    expect(moved.stdout).toMatch(/^one is bound to agent-1, epoch \d+\.$/m);
    expect(await holders()).toEqual(['agent-1', 'agent-2', 'agent-2']);
    expect(failures()).toEqual([]);
  });

  test('what nobody else can take stays served, and the draining outlives whoever watches it', async () => {
    expect((await holdfast('cordon', 'agent-1')).stdout).toContain('agent-1 is cordoned');
    // Standbys were named before, and take what they stand by for.
    const watching = startCli(['drain', 'agent-2', '--api', world.stack.apiUrl]);
    await says(watching, 'agent-2');
    watching.child.kill('SIGINT');
    await watching.ended;
    await served();
    await holdfast('uncordon', 'agent-1');

    const drained = await holdfast('drain', 'agent-2', '--timeout', '60');

    expect(drained).toMatchObject({ status: 0, stderr: '' });
    expect(await holders()).toEqual(['agent-1', 'agent-1', 'agent-1']);
    expect(failures()).toEqual([]);
  });
});
