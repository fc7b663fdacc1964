import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { endServingProcesses, servingProcesses } from '../../src/demo/serving-processes.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { loopbackPool } from '../../src/up/stack.ts';
import { says, type Started, startCli } from '../cli/run-cli.ts';
import { eventually } from './support/eventually.ts';
import { Whereabouts } from './support/shapes.ts';

const startTimeoutMs = 60_000;

let directory: string;
let apiPort: number;
let api: ApiClient;
let id: string;
const started: Started[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hfu-'));
  apiPort = await freePort();
  api = new ApiClient(`http://127.0.0.1:${apiPort}`);
});

afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGTERM');
    await ended;
  }
  await endServingProcesses(directory, systemClock);
  await rm(directory, { recursive: true, force: true });
});

async function up(): Promise<Started> {
  const args = ['up', '-d', directory, '--agents', '1', '--api-port', String(apiPort)];
  const one = startCli(args, { group: true });
  started.push(one);
  await says(one, 'Ctrl-C stops it.');
  return one;
}

const Created = z.object({ loadbalancer: z.object({ id: z.string() }) });
const Explained = z.object({ loadbalancer: Whereabouts });

async function explain() {
  const body = await api.get(`/holdfast/v1/loadbalancers/${id}/explain`);
  return Explained.parse(body).loadbalancer;
}

const settled = (epochAbove: number) =>
  eventually(`the load balancer is served above epoch ${epochAbove}`, async () => {
    const where = await explain();
    const fits = where.state === 'bound.settled' && (where.binding?.epoch ?? 0) > epochAbove;
    return fits && where;
  });

/** Everything of the directory but HAProxy, which is to go on. */
async function own(): Promise<readonly number[]> {
  const haproxy = await servingProcesses(`/${id}/content/`);
  return (await servingProcesses(directory)).filter((pid) => !haproxy.includes(pid));
}

test(
  'Ctrl-C in its terminal ends it in order, and HAProxy serves on',
  async () => {
    const first = await up();
    const body = await api.post('/v2.0/lbaas/loadbalancers', {
      loadbalancer: {
        vip_subnet_id: loopbackPool.subnetId,
        listeners: [{ name: 'http', protocol: 'HTTP', protocol_port: await freePort() }],
      },
    });
    ({ id } = Created.parse(body).loadbalancer);
    await settled(0);
    const serving = await servingProcesses(`/${id}/content/`);

    // A terminal sends it to the whole group, not to the first process alone.
    process.kill(-(first.child.pid ?? 0), 'SIGINT');

    const { status, stderr } = await first.ended;
    expect(status).toBe(0);
    expect(stderr).not.toMatch(
      /started again|ending at once|disconnected|could not be drained|^\s+at /m,
    );
    expect(await own()).toEqual([]);
    expect(await servingProcesses(`/${id}/content/`)).toEqual(serving);
  },
  startTimeoutMs,
);

test(
  'started again in the same directory it goes on with what it had',
  async () => {
    const serving = await servingProcesses(`/${id}/content/`);

    await up();

    const { binding, generation } = await settled(1);
    expect(binding).toMatchObject({ agent: 'agent-1' });
    expect(generation).toBe(1);
    expect(await servingProcesses(`/${id}/content/`)).toEqual(serving);
  },
  startTimeoutMs,
);

test(
  'when it is killed, all that it started ends with it, but not what serves',
  async () => {
    const serving = await servingProcesses(`/${id}/content/`);

    started.at(-1)?.child.kill('SIGKILL');

    await eventually('nothing of it is left', async () => (await own()).length === 0);
    expect(await servingProcesses(`/${id}/content/`)).toEqual(serving);
  },
  startTimeoutMs,
);

test(
  'and then, too, it can be started again',
  async () => {
    const before = await servingProcesses(`/${id}/content/`);

    await up();

    expect((await settled(2)).provisioning_status).toBe('ACTIVE');
    expect(await servingProcesses(`/${id}/content/`)).toEqual(before);
  },
  startTimeoutMs,
);
