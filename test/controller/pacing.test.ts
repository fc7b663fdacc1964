import { expect, test } from 'vitest';
import { headStartMs } from '../../src/controller/commands/lane.ts';
import { Cluster } from './support/cluster.ts';

const commandsInFlight = 2;
const count = 6;

/** An agent that stands still while so many edits of what it holds are to be applied. */
async function crowded(
  agent: { id: string; host: string; drivers: string[] },
  controllers: readonly string[] = ['controller-1'],
) {
  const cluster = new Cluster();
  cluster.placement = { commandsInFlight };
  for (const id of controllers) await cluster.startController(id);
  await cluster.startAgent(agent);
  const ids: string[] = [];
  const [provider = ''] = agent.drivers;
  for (let index = 0; index < count; index += 1) ids.push(await cluster.createBound({ provider }));
  const before = commandsTo(cluster, agent.id);
  cluster.pause(agent.id);
  for (const id of ids) await cluster.settled(cluster.rename(id, 'renamed'));
  await cluster.run(100);
  return { cluster, ids, sent: () => commandsTo(cluster, agent.id) - before };
}

const commandsTo = (cluster: Cluster, agent: string): number =>
  cluster.sent.filter(({ subject }) => subject.endsWith(`.${agent}.command`)).length;

const tied = { id: 'agent-1', host: 'north', drivers: ['tied'] };
const free = { id: 'agent-1', host: 'north', drivers: ['memory'] };

test('only so many commands are under way to one agent, and the rest says that it waits', async () => {
  const { cluster, ids, sent } = await crowded(free);

  const [view] = cluster.controller.fleet.pacing().agents;
  const reasons = ids.map((id) => cluster.view(id).reason).filter((reason) => reason !== null);

  expect(sent()).toBe(commandsInFlight);
  expect(view).toMatchObject({ agent: 'agent-1', inFlight: 2, waiting: 4, takeovers: 0 });
  expect(reasons).toEqual(
    Array(4).fill(
      'waits for its turn: as many commands as may be (2) are under way to agent agent-1',
    ),
  );
});

test('an operator has all of it sent, also at the other controllers', async () => {
  const controllers = ['controller-1', 'controller-2'];
  const { cluster, sent } = await crowded(free, controllers);
  const before = sent();

  cluster.controllerOf('controller-2').fleet.releasePacing(null);
  await cluster.run(100);

  expect(before).toBeLessThan(count);
  expect(sent()).toBe(count);
});

test('what waits for an agent that dies goes to others at once', async () => {
  const { cluster, ids } = await crowded(free);
  await cluster.startAgent('agent-2');

  cluster.killAgent('agent-1');
  await cluster.untilAgent('agent-1', 'dead');
  for (const id of ids) await cluster.untilSettled(id, 1_000);

  expect(new Set(ids.map((id) => cluster.holder(id)))).toEqual(new Set(['agent-2']));
  expect(cluster.controller.fleet.pacing().agents).toEqual([
    expect.objectContaining({ agent: 'agent-1', waiting: 0 }),
  ]);
});

test('what is under way to a former life of an agent holds up nothing of the next one', async () => {
  const { cluster, ids } = await crowded(tied);

  cluster.killAgent('agent-1');
  await cluster.untilAgent('agent-1', 'dead');
  await cluster.startAgent('agent-1');
  for (const id of ids) await cluster.untilSettled(id, 1_000);

  for (const id of ids) expect(cluster.view(id).document.name).toBe('renamed');
});

test('takeovers pass what is only edited', async () => {
  const { cluster } = await crowded(free);
  await cluster.startAgent('agent-2');
  // Whatever was new goes to the second one, while the first one stands still.
  await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: false }));
  const lost = await cluster.createBound();
  await cluster.settled(cluster.controller.fleet.uncordon('agent-1'));

  await cluster.until('agent-1 stands by', () => cluster.view(lost).standby?.agent === 'agent-1');
  cluster.killAgent('agent-2');
  await cluster.until('it is to take over', () => cluster.view(lost).binding?.agent === 'agent-1');
  const [view] = cluster.controller.fleet.pacing().agents;
  cluster.resume('agent-1');
  await cluster.untilSettled(lost);

  expect(view).toMatchObject({ waiting: 5, takeovers: 1 });
});

test('what one standby takes over is commanded by its turns, and each takeover is written once', async () => {
  const cluster = new Cluster();
  cluster.placement = { commandsInFlight: 1 };
  await cluster.startController('controller-1');
  await cluster.startAgent(free);
  const ids = [
    await cluster.createBound(),
    await cluster.createBound(),
    await cluster.createBound(),
  ];
  await cluster.startAgent('agent-2');
  for (const id of ids) {
    await cluster.until('agent-2 stands by', () => cluster.view(id).standby?.agent === 'agent-2');
  }
  await cluster.run(100);
  const store = cluster.stores.binding;
  const before = await cluster.settled(store.newest());

  cluster.killAgent('agent-1');
  for (const id of ids) await cluster.until('it moves', () => cluster.holder(id) === 'agent-2');
  for (const id of ids) await cluster.untilSettled(id);
  const commanded = cluster.sent
    .filter(({ subject }) => subject.endsWith('.agent-2.command'))
    .map(({ data }) => JSON.parse(data) as { loadBalancer: string; grant: boolean });

  expect(commanded.map(({ grant }) => grant)).toEqual([true, true, true]);
  expect(new Set(commanded.map(({ loadBalancer }) => loadBalancer))).toEqual(new Set(ids));
  expect((await cluster.settled(store.newest())) - before).toBe(ids.length);
});

test('what is edited hears at once that its standby has it, while others are still being commanded', async () => {
  const cluster = new Cluster();
  cluster.placement = { commandsInFlight: 1 };
  await cluster.startController('controller-1');
  await cluster.startAgent(free);
  const ids: string[] = [];
  for (let index = 0; index < 12; index += 1) ids.push(await cluster.createBound());
  await cluster.startAgent('agent-2');
  for (const id of ids) {
    await cluster.until('agent-2 stands by', () => cluster.view(id).standby?.agent === 'agent-2');
  }
  await cluster.run(1_000);
  const taken = () => ids.filter((id) => cluster.done(id).length > 1);

  cluster.killAgent('agent-1');
  await cluster.until('some are taken over', () => taken().length > 2);
  const [first = ''] = taken();
  cluster.pause('agent-2');
  const before = cluster.view(first).binding?.agent;
  const edited = cluster.rename(first, 'edited');
  const known = () => cluster.view(first).binding?.agent === 'agent-2';
  await cluster.until('its actor knows', known, headStartMs / 2);
  cluster.resume('agent-2');
  await cluster.settled(edited);
  await cluster.untilSettled(first);

  expect(before).toBe('agent-1');
  expect(cluster.view(first).binding?.agent).toBe('agent-2');
});

test('a standby that stands still keeps nobody from hearing of the loss', async () => {
  const cluster = await Cluster.with(['agent-1', 'agent-2']);
  const id = await cluster.createBound();
  const victim = cluster.holder(id);
  const standby = cluster.standby(id);
  await cluster.until('it stands by', () => standby !== null);

  cluster.pause(standby ?? '');
  cluster.killAgent(victim ?? '');
  await cluster.untilAgent(victim ?? '', 'dead');
  await cluster.until('its actor knows', () => cluster.view(id).state !== 'bound.settled', 2_000);
  cluster.resume(standby ?? '');
  await cluster.until('it moves', () => cluster.view(id).binding?.agent === standby);
  await cluster.untilSettled(id);

  expect(cluster.holder(id)).toBe(standby);
});
