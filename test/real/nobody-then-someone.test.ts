import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Made, World } from './support/world.ts';

let world: World;
let made: Made;

beforeAll(async () => {
  // Settings of the environment reach all processes that the world starts.
  vi.stubEnv('HOLDFAST_TIMINGS__PLACEMENT_DEADLINE_MS', '2000');
  world = await World.start({ agents: 1, restart: false, drivers: { memory: {} } });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

const reason = 'does not run the driver haproxy (it runs memory)';

test('a load balancer that no agent can take waits, and says why', async () => {
  made = await world.create('waiting');

  const waiting = await world.settles(made.id, 'known to wait', ({ rejected }) => {
    return rejected.length > 0;
  });
  expect(waiting).toMatchObject({
    state: 'pending',
    provisioning_status: 'PENDING_CREATE',
    binding: null,
    rejected: [{ agent: 'agent-1', reason }],
  });
  expect(waiting.reason).toBeTruthy();
});

test('after its deadline it is in ERROR, and still waits', async () => {
  const overdue = await world.settles(made.id, 'in ERROR', (where) => {
    return where.provisioning_status === 'ERROR';
  });

  expect(overdue).toMatchObject({ state: 'pending', rejected: [{ agent: 'agent-1', reason }] });
});

test('while it waits it can be edited', async () => {
  await world.leaveOnly(made, 'backend-2');

  expect((await world.explain(made.id)).state).toBe('pending');
});

test('it becomes ACTIVE as soon as an agent comes that can take it', async () => {
  const agent = world.agentProcess('agent-1');
  await agent.stop();
  const file = join(world.directory, 'agent-1.yaml');
  const config = parse(await readFile(file, 'utf8')) as { agent: object };
  const { agent: section } = config;
  await writeFile(file, stringify({ ...config, agent: { ...section, drivers: { haproxy: {} } } }));

  await agent.start();

  expect(await world.active(made.id)).toMatchObject({ agent: 'agent-1' });
  const { reason: why, rejected } = await world.explain(made.id);
  expect({ why, rejected }).toEqual({ why: null, rejected: [] });
  const traffic = await world.client(made);
  expect(await traffic.answerers()).toEqual(new Set(['backend-2']));
});
