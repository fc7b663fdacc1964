import { expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { Cluster } from './support/cluster.ts';

const { deadAfterMs, stormBrakeMs, stormWindowMs } = presets.lan;
const fleet = ['agent-1', 'agent-2', 'agent-3', 'agent-4'];

const brakeOf = (cluster: Cluster) => cluster.controller.fleet.brake();

/** A fleet of four hosts, two of which are not heard any more. */
async function storm() {
  const cluster = await Cluster.with(fleet);
  await cluster.run(2_000);
  const began = cluster.time.nowMs;
  cluster.cut('agent-1');
  cluster.cut('agent-2');
  await cluster.until('the brake is on', () => brakeOf(cluster).engaged);
  return { cluster, sinceMs: () => cluster.time.nowMs - began };
}

test('a single host that goes is declared dead as ever', async () => {
  const cluster = await Cluster.with(fleet);
  await cluster.run(2_000);
  const began = cluster.time.nowMs;
  cluster.cut('agent-1');

  await cluster.untilAgent('agent-1', 'dead');

  expect(cluster.time.nowMs - began).toBeLessThan(2 * deadAfterMs);
  expect(brakeOf(cluster).engaged).toBe(false);
});

test('a host is counted once, however many agents it has', async () => {
  const twins = ['agent-5', 'agent-6'].map((id) => ({ id, host: 'twins' }));
  const cluster = await Cluster.with([...fleet, ...twins]);
  await cluster.run(2_000);
  for (const { id } of twins) cluster.cut(id);

  for (const { id } of twins) await cluster.untilAgent(id, 'dead', 2 * deadAfterMs);

  expect(brakeOf(cluster).engaged).toBe(false);
});

test('in a fleet of three hosts each is a large part, and none is waited for', async () => {
  const cluster = await Cluster.with(fleet.slice(0, 3));
  await cluster.run(2_000);
  cluster.cut('agent-1');
  cluster.cut('agent-2');

  await cluster.untilAgent('agent-1', 'dead', 2 * deadAfterMs);
  await cluster.untilAgent('agent-2', 'dead', 2 * deadAfterMs);
});

test('two of four hosts that fall silent at once are declared dead only when the others have been heard well for a while', async () => {
  const { cluster, sinceMs } = await storm();

  const { reason, gone, hosts } = brakeOf(cluster);
  const shown = cluster.controller.fleet.agents()[0];
  await cluster.untilAgent('agent-1', 'dead', 3 * stormBrakeMs);

  expect({ gone, hosts }).toEqual({ gone: ['host-agent-1', 'host-agent-2'], hosts: 4 });
  expect(reason).toBe('2 of 4 hosts went at once (host-agent-1, host-agent-2)');
  expect(shown?.reason).toBe(
    `its heartbeats have stopped; the storm brake holds its verdict back: ${reason}`,
  );
  expect(sinceMs()).toBeGreaterThan(stormBrakeMs);
  await cluster.untilAgent('agent-2', 'dead', deadAfterMs);
  expect(brakeOf(cluster).engaged).toBe(false);
});

test('verdicts by closed connections are held back as well', async () => {
  const cluster = await Cluster.with(fleet);
  await cluster.run(2_000);
  cluster.killAgent('agent-1');
  cluster.killAgent('agent-2');

  await cluster.run(stormBrakeMs - 1_000);

  expect(fleet.map((id) => cluster.stateOf(id))).toEqual(['suspect', 'suspect', 'alive', 'alive']);
  await cluster.untilAgent('agent-1', 'dead', 2_000);
  await cluster.untilAgent('agent-2', 'dead', 2_000);
});

test('a storm that passes has moved nothing', async () => {
  const { cluster } = await storm();
  await cluster.run(2 * deadAfterMs);

  cluster.heal();
  await cluster.until('the brake is off', () => !brakeOf(cluster).engaged);
  await cluster.run(2 * stormBrakeMs);

  expect(fleet.map((id) => cluster.stateOf(id))).toEqual(Array(4).fill('alive'));
  expect(cluster.steps.filter(({ to }) => to === 'dead')).toEqual([]);
});

test('who is late when a storm passes is given the time of a silence', async () => {
  const { cluster } = await storm();
  await cluster.run(2 * deadAfterMs);

  cluster.killAgent('agent-1');
  cluster.heal();
  cluster.cut('agent-2');
  await cluster.startAgent('agent-1');
  const backMs = cluster.time.nowMs;
  await cluster.untilAgent('agent-2', 'dead', 2 * deadAfterMs);

  expect(cluster.time.nowMs - backMs).toBeGreaterThan(deadAfterMs - 1_000);
});

test('an operator lets the verdicts pass', async () => {
  const { cluster, sinceMs } = await storm();
  await cluster.run(deadAfterMs);

  cluster.controller.fleet.releaseBrake();

  await cluster.untilAgent('agent-1', 'dead', 1_000);
  await cluster.untilAgent('agent-2', 'dead', 1_000);
  expect(sinceMs()).toBeLessThan(stormBrakeMs);
});

test('an operator’s word reaches every controller', async () => {
  const cluster = new Cluster();
  for (const id of ['controller-1', 'controller-2']) await cluster.startController(id);
  for (const id of fleet) await cluster.startAgent(id);
  await cluster.run(2_000);
  cluster.cut('agent-1');
  cluster.cut('agent-2');
  const brakes = ['controller-1', 'controller-2'].map((id) => cluster.controllerOf(id).fleet);
  await cluster.until('both brakes are on', () => brakes.every((each) => each.brake().engaged));

  brakes[0]?.releaseBrake();

  await cluster.until('both are released', () => brakes.every((each) => !each.brake().engaged));
});

test('hosts that go one after the other are no storm', async () => {
  const cluster = await Cluster.with(fleet);
  await cluster.run(2_000);
  cluster.cut('agent-1');
  await cluster.untilAgent('agent-1', 'dead', 2 * deadAfterMs);
  await cluster.run(stormWindowMs);
  cluster.cut('agent-2');

  await cluster.untilAgent('agent-2', 'dead', 2 * deadAfterMs);

  expect(brakeOf(cluster).engaged).toBe(false);
});
