import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { eventually } from './support/eventually.ts';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

let world: World;
let made: Made;
let seat: Seat;
let traffic: Traffic;

beforeAll(async () => {
  world = await World.start({ agents: 1, restart: false });
  made = await world.create('dies');
  seat = await world.active(made.id);
  traffic = await world.client(made);
});

afterAll(() => world.close());

const online = () =>
  world.settles(made.id, 'ONLINE again', ({ operating_status, reason }) => {
    return operating_status === 'ONLINE' && reason === null;
  });

test('an HAProxy that is killed is started again by its agent', async () => {
  const [killed] = await world.processes(made.id);

  await world.killProcesses(made.id);

  await traffic.servedAgain(3);
  const now = await world.processes(made.id);
  expect(now).toHaveLength(1);
  expect(now).not.toContain(killed);
  expect((await online()).binding).toEqual(seat);
  expect((await world.marker(made.id)).epoch).toBe(seat.epoch);
});

test('one that is killed again and again is told as ERROR, and is ACTIVE all the same', async () => {
  const down = await eventually('the API says that nothing is served', async () => {
    await world.killProcesses(made.id);
    const { operating_status, ...where } = await world.explain(made.id);
    // That nothing answers is seen at once, and the reason for it up to one look at the process later.
    return operating_status === 'ERROR' && where.reason !== null && where;
  });

  expect(down.reason).toMatch(/the HAProxy process (\d+ )?is gone/);
  expect(down.provisioning_status).toBe('ACTIVE');
  expect((await online()).binding).toEqual(seat);
  await traffic.servedAgain(3);
});

test('one that hangs is replaced by one that serves', async () => {
  const [hung] = await world.processes(made.id);
  if (hung === undefined) throw new Error('nothing serves the load balancer');

  process.kill(hung, 'SIGSTOP');

  await traffic.servedAgain(3);
  expect(await world.processes(made.id)).not.toContain(hung);
  expect((await online()).binding).toEqual(seat);
});
