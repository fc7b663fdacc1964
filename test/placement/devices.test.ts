import { expect, test } from 'vitest';
import { devicesOf, rankOnDevices } from '../../machines/placement/devices.ts';
import { rank } from '../../machines/placement/rank.ts';
import { agentFacts, ask, reached } from './support/facts.ts';

const on = (loads: Readonly<Record<string, number>>) => (device: string) => loads[device] ?? 0;
const limited = (device: string, capacity: number | null) => ({ device, capacity, lost: null });

test('of agents that say different capacities of a device, the strictest counts', () => {
  const agents = [
    agentFacts('a', { devices: [limited('m/1', 5), limited('m/2', null)] }),
    agentFacts('b', { devices: [limited('m/1', 3), limited('m/2', null)] }),
    agentFacts('c', { devices: [limited('m/1', null)] }),
  ];
  expect(devicesOf(agents, on({ 'm/1': 2 }))).toEqual([
    { device: 'm/1', capacity: 3, load: 2 },
    { device: 'm/2', capacity: null, load: 0 },
  ]);
});

test('what an agent that is dead said of a capacity counts no more', () => {
  const agents = [
    agentFacts('a', { state: 'dead', devices: [limited('m/1', 1), limited('m/2', 2)] }),
    agentFacts('b', { devices: [limited('m/1', 9)] }),
  ];
  expect(devicesOf(agents, on({}))).toEqual([
    { device: 'm/1', capacity: 9, load: 0 },
    { device: 'm/2', capacity: null, load: 0 },
  ]);
});

test.each([
  ['the most room', { 'm/1': [4, 10], 'm/2': [0, 5] }, 'm/1'],
  ['no limit, rather than any', { 'm/1': [9, null], 'm/2': [0, 5] }, 'm/1'],
  ['of those without a limit the fewest', { 'm/1': [9, null], 'm/2': [8, null] }, 'm/2'],
  ['room for one, rather than none', { 'm/1': [1, 1], 'm/2': [4, 5] }, 'm/2'],
] as const)('a new one goes to the device with %s', (_, devices, expected) => {
  const facts = Object.entries(devices).map(([device, [load, capacity]]) => ({
    device,
    load,
    capacity,
  }));
  const agent = agentFacts('a', { devices: facts.map(({ device }) => reached(device)) });

  const ranking = rankOnDevices(rank, [agent], { ...ask('x'), driver: 'm' }, facts);

  expect(ranking?.device).toBe(expected);
  expect(ranking?.ranked).toEqual([agent]);
});

test('a device that nobody reaches is passed over for one that somebody does', () => {
  const agents = [
    agentFacts('a', { devices: [{ ...reached('m/1'), lost: 'no route' }, reached('m/2')] }),
  ];
  const facts = devicesOf(agents, on({ 'm/2': 100 }));

  expect(rankOnDevices(rank, agents, { ...ask('x'), driver: 'm' }, facts)?.device).toBe('m/2');
});

test('where no device can be had, each agent says what keeps it from one of its own', () => {
  const agents = [
    agentFacts('a', { devices: [{ ...reached('m/1'), lost: 'no route' }] }),
    agentFacts('b', { devices: [{ ...reached('m/2'), lost: 'no power' }] }),
    agentFacts('c', { devices: [reached('other')] }),
  ];
  const facts = devicesOf(agents, on({}));

  const ranking = rankOnDevices(rank, agents, { ...ask('x'), driver: 'm' }, facts);

  expect(ranking?.rejected).toEqual([
    { agent: 'a', reason: 'does not reach the device m/1: no route' },
    { agent: 'b', reason: 'does not reach the device m/2: no power' },
    { agent: 'c', reason: 'does not run the driver m (it runs other)' },
  ]);
});
