import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../src/nats-server/free-port.ts';
import { loopbackPool } from '../../src/up/stack.ts';
import { eventually } from './support/eventually.ts';
import { MemberServer } from './support/member-server.ts';
import { Created } from './support/shapes.ts';
import { World } from './support/world.ts';

/** How long until a check has failed or passed, and then until the API must show it, on an idle machine. */
const checkedMs = 2_000;
const shownMs = 2_000;
/** What a busy machine may need beyond. */
const patienceMs = 15_000;

const Statuses = z.object({
  statuses: z.object({
    loadbalancer: z.object({
      operating_status: z.string(),
      listeners: z.array(
        z.object({
          operating_status: z.string(),
          pools: z.array(
            z.object({
              operating_status: z.string(),
              health_monitor: z.object({ operating_status: z.string() }),
              members: z.array(z.object({ name: z.string(), operating_status: z.string() })),
            }),
          ),
        }),
      ),
    }),
  }),
});

const Stats = z.object({
  stats: z.strictObject({
    active_connections: z.int(),
    bytes_in: z.int(),
    bytes_out: z.int(),
    request_errors: z.int(),
    total_connections: z.int(),
  }),
});

let world: World;
let steady: MemberServer;
let shaky: MemberServer;
let made: { readonly id: string; readonly url: string; readonly listener: string };

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: true });
  [steady, shaky] = await Promise.all([MemberServer.start(), MemberServer.start()]);
  made = await createChecked();
  await world.active(made.id);
});

afterAll(async () => {
  await world.close();
  await Promise.all([steady, shaky].map((server) => server.stop()));
});

async function createChecked() {
  const port = await freePort();
  const check = { delay: 1, timeout: 1, max_retries: 1, max_retries_down: 1 };
  const body = await world.api.post('/v2.0/lbaas/loadbalancers', {
    loadbalancer: {
      name: 'checked',
      vip_subnet_id: loopbackPool.subnetId,
      listeners: [
        {
          protocol: 'HTTP',
          protocol_port: port,
          default_pool: {
            name: 'servers',
            protocol: 'HTTP',
            lb_algorithm: 'ROUND_ROBIN',
            healthmonitor: { type: 'HTTP', ...check },
            members: [
              { name: 'steady', address: '127.0.0.1', protocol_port: steady.port },
              { name: 'shaky', address: '127.0.0.1', protocol_port: shaky.port },
            ],
          },
        },
      ],
    },
  });
  const { id, vip_address, listeners } = Created.parse(body).loadbalancer;
  return { id, url: `http://${vip_address}:${port}/`, listener: listeners[0]?.id ?? '' };
}

/** All statuses in one line: load balancer, listener, pool, monitor, then each member's. */
async function statuses(): Promise<string> {
  const body = await world.api.get(`/v2.0/lbaas/loadbalancers/${made.id}/status`);
  const { operating_status, listeners } = Statuses.parse(body).statuses.loadbalancer;
  const [listener] = listeners;
  const [pool] = listener?.pools ?? [];
  return [
    operating_status,
    listener?.operating_status,
    pool?.operating_status,
    pool?.health_monitor.operating_status,
    ...(pool?.members.map((member) => `${member.name} ${member.operating_status}`) ?? []),
  ].join(', ');
}

async function shows(wanted: string): Promise<void> {
  let seen = '';
  try {
    await eventually(
      wanted,
      async () => {
        seen = await statuses();
        return seen === wanted;
      },
      checkedMs + shownMs + patienceMs,
    );
  } catch (error) {
    throw new Error(`${String(error)}; it was ${seen}`, { cause: error });
  }
}

const well = 'ONLINE, ONLINE, ONLINE, ONLINE, steady ONLINE, shaky ONLINE';
const degraded = 'DEGRADED, ONLINE, DEGRADED, ONLINE, steady ONLINE, shaky ERROR';

async function counted(path: string) {
  return Stats.parse(await world.api.get(`/v2.0/lbaas/${path}/stats`)).stats;
}

async function request(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    // Each over a connection of its own, so that connections are what is counted.
    const response = await fetch(made.url, { headers: { connection: 'close' } });
    expect(response.status).toBe(200);
    await response.text();
  }
}

test('a member whose server ends degrades its pool and its load balancer, and is back with it', async () => {
  await shows(well);

  await shaky.stop();
  await shows(degraded);
  await request(5);
  const inError = await world.api.get('/v2.0/lbaas/loadbalancers?operating_status=DEGRADED');
  await shaky.startAgain();

  await shows(well);
  expect(inError).toMatchObject({
    loadbalancers: [{ id: made.id, provisioning_status: 'ACTIVE' }],
  });
});

test('without any member that answers, the pool and its load balancer are in error', async () => {
  await Promise.all([steady, shaky].map((server) => server.stop()));
  await shows('ERROR, ONLINE, ERROR, ONLINE, steady ERROR, shaky ERROR');

  await Promise.all([steady, shaky].map((server) => server.startAgain()));
  await shows(well);
});

test('statistics count real requests', async () => {
  const before = await counted(`loadbalancers/${made.id}`);
  await request(10);
  const after = await counted(`loadbalancers/${made.id}`);

  expect(after.total_connections - before.total_connections).toBe(10);
  expect(after.bytes_in).toBeGreaterThan(before.bytes_in);
  expect(after.bytes_out).toBeGreaterThan(before.bytes_out);
  expect(after.request_errors).toBe(before.request_errors);
  // A connection may end between two looks.
  const rest = { active_connections: expect.any(Number) as number };
  expect(await counted(`listeners/${made.listener}`)).toEqual({ ...after, ...rest });
});

test('whoever takes it over goes on telling, and its counters go on', async () => {
  const { agent, epoch } = await world.active(made.id);
  const before = await counted(`loadbalancers/${made.id}`);

  world.agentProcess(agent).kill('SIGKILL');
  await world.settles(
    made.id,
    'held by somebody under a newer epoch',
    ({ binding, state }) => state === 'bound.settled' && (binding?.epoch ?? 0) > epoch,
  );
  const after = await counted(`loadbalancers/${made.id}`);
  await shaky.stop();
  await shows(degraded);

  expect(after.total_connections).toBe(before.total_connections);
  await shaky.startAgain();
  await shows(well);
});

test('a controller that starts anew asks for the present state', async () => {
  await shaky.stop();
  await shows(degraded);

  world.stack.controller.kill('SIGKILL');
  await eventually(
    'another controller process answers',
    async () => (await statuses().catch(() => null)) !== null,
  );
  await shows(degraded);

  await shaky.startAgain();
  await shows(well);
});
