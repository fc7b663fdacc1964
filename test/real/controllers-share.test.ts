import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { ManagedProcess } from '../../src/up/managed-process.ts';
import { eventually } from './support/eventually.ts';
import { type Made, World } from './support/world.ts';

const made: Made[] = [];
let world: World;
let second: ManagedProcess;
let secondApi: ApiClient;

const List = z.object({ loadbalancers: z.array(z.object({ id: z.string(), name: z.string() })) });

const namesAt = async (api: ApiClient) =>
  new Map(
    List.parse(await api.get('/v2.0/lbaas/loadbalancers')).loadbalancers.map(({ id, name }) => [
      id,
      name,
    ]),
  );

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
  const own = await readFile(join(world.directory, 'controller.yaml'), 'utf8');
  const config = parse(own) as { controller: { api: object } };
  const port = await freePort();
  const controller = {
    ...config.controller,
    id: 'controller-2',
    api: { ...config.controller.api, port },
  };
  const file = join(world.directory, 'controller-2.yaml');
  await writeFile(file, stringify({ ...config, controller }));
  second = new ManagedProcess({
    name: 'controller-2',
    args: ['controller', '--config', file],
    clock: systemClock,
    log: silentLog,
    restart: false,
    output: 'ignore',
  });
  await second.start();
  secondApi = new ApiClient(`http://127.0.0.1:${port}`);
});

afterAll(async () => {
  await second.stop();
  await world.close();
});

test('each of two controllers answers for what was written at the other', async () => {
  for (let count = 1; count <= 6; count += 1) made.push(await world.create(`first-${count}`));
  for (const { id } of made) await world.active(id);

  for (const { id } of made) {
    await secondApi.put(`/v2.0/lbaas/loadbalancers/${id}`, { loadbalancer: { name: `new ${id}` } });
    expect((await namesAt(secondApi)).get(id)).toBe(`new ${id}`);
  }

  await eventually('the first knows the new names', async () => {
    const names = await namesAt(world.api);
    return made.every(({ id }) => names.get(id) === `new ${id}`);
  });
});

test('when one is killed, the other takes its load balancers over and goes on writing', async () => {
  world.stack.controller.kill('SIGKILL');
  await eventually('it is gone', () => world.stack.controller.pid === null);

  for (const { id } of made) {
    await secondApi.put(`/v2.0/lbaas/loadbalancers/${id}`, {
      loadbalancer: { name: 'taken over' },
    });
  }

  await eventually('every edit is on its device', async () => {
    const { loadbalancers } = z
      .object({ loadbalancers: z.array(z.object({ provisioning_status: z.string() })) })
      .parse(await secondApi.get('/v2.0/lbaas/loadbalancers'));
    return loadbalancers.every((each) => each.provisioning_status === 'ACTIVE');
  });
});

test('and an agent that dies then is judged and replaced by the one that is left', async () => {
  const [first] = made;
  if (first === undefined) throw new Error('nothing was made');
  const seat = async () => {
    const body = await secondApi.get(`/holdfast/v1/loadbalancers/${first.id}/explain`);
    const Explained = z.object({
      loadbalancer: z.object({ state: z.string(), binding: z.object({ agent: z.string() }) }),
    });
    return Explained.parse(body).loadbalancer;
  };
  const before = (await seat()).binding.agent;

  world.agentProcess(before).kill('SIGKILL');

  await eventually('it is bound to another agent', async () => {
    const { state, binding } = await seat();
    return state === 'bound.settled' && binding.agent !== before;
  });
});
