import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { type Made, World } from './support/world.ts';

let world: World;
let made: Made;

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
  made = await world.create('web');
  await world.active(made.id);
});

afterAll(() => world.close());

const ask = async (...args: string[]) => {
  const { status, stdout, stderr } = await runCli([...args, '--api', world.stack.apiUrl]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
};

test('agents lists them, for people and for programs', async () => {
  const [header, first, second, ...more] = (await ask('agents')).trimEnd().split('\n');
  const agents = JSON.parse(await ask('agents', '--json')) as { id: string }[];

  expect(header).toMatch(/^AGENT +STATE +SINCE +HOST +DRIVERS +BOUND +STANDBY +REASON$/);
  expect(first).toMatch(/^agent-1 +alive +\d+s +host-\w+ +haproxy +[01] +[01]$/);
  expect(second).toMatch(/^agent-2 +alive +\d+s +host-\w+ +haproxy +[01] +[01]$/);
  expect(more).toEqual([]);
  expect(agents.map(({ id }) => id)).toEqual(['agent-1', 'agent-2']);
});

test('explain finds a load balancer by its id and by its name', async () => {
  const { binding, standby } = await world.settles(made.id, 'ready to move', (where) => {
    return where.standby !== null;
  });

  for (const nameOrId of [made.id, 'web']) {
    const text = await ask('explain', nameOrId);
    expect(text).toContain(`web (${made.id}) is served as desired.`);
    expect(text).toContain(`agent       ${binding?.agent}, epoch ${binding?.epoch}`);
    expect(text).toContain(`standby     ${standby?.agent}, epoch ${standby?.epoch}`);
  }
  const body = JSON.parse(await ask('explain', 'web', '--json')) as object;
  expect(body).toMatchObject({ loadbalancer: { id: made.id, state: 'bound.settled' } });
});

test('explain tells of one that waits why it does', async () => {
  for (const id of ['agent-1', 'agent-2']) world.agentProcess(id).kill('SIGKILL');
  await world.settles(made.id, 'orphaned by both', ({ rejected, state }) => {
    return state === 'orphaned' && rejected.length === 2;
  });

  const text = await ask('explain', 'web');

  expect(text).toContain(`web (${made.id}) has lost its agent and waits for one that may take it.`);
  expect(text).toMatch(/not +agent-1: it is dead/);
  expect(text).toMatch(/not +agent-2: it is dead/);
});

test.each([
  ['a name that nobody has', 'nobody', 'there is no load balancer "nobody"'],
  ['an id that nobody has', '7d0f5b1c-0000-4000-8000-000000000001', 'not found'],
])('explain refuses %s', async (_, nameOrId, words) => {
  const { status, stdout, stderr } = await runCli([
    'explain',
    nameOrId,
    '--api',
    world.stack.apiUrl,
  ]);

  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('no key is in any log, nor in what NATS is told', async () => {
  const keys = join(world.directory, 'keys');
  const files = await readdir(keys);
  const seeds = await Promise.all(files.map((file) => readFile(join(keys, file), 'utf8')));
  const log = await world.log();
  const nats = await readFile(join(world.directory, 'nats', 'nats-server.conf'), 'utf8');

  expect(files).toContain('controller.seed');
  // At the level debug, or the absence would prove little.
  for (const name of ['controller', 'agent-1']) {
    const config = await readFile(join(world.directory, `${name}.yaml`), 'utf8');
    expect(config).toMatch(/^ +level: debug$/m);
  }
  expect(log).toContain('Connected to NATS.');
  for (const seed of seeds) {
    expect(seed).toMatch(/^SU/);
    expect(log).not.toContain(seed.trim());
    expect(nats).not.toContain(seed.trim());
  }
});
