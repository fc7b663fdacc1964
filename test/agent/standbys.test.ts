import { expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import type { Device } from '../../src/agent/device.ts';
import { Standbys } from '../../src/agent/standbys.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Virtual } from '../host/support/virtual.ts';

const { clock } = new Virtual();
const driverOf = (change: Partial<Driver> = {}): Driver => ({
  ...memoryDriver(new MemoryDevice({ clock }), 'a'),
  ...change,
});

/** Standbys whose devices are names, and a note of those that were stopped. */
function standing(drivers: readonly Driver[], max?: number) {
  const made: string[] = [];
  const stopped: string[] = [];
  const make = (id: string): Device => {
    made.push(id);
    return { stop: () => stopped.push(id) } as unknown as Device;
  };
  return { standbys: new Standbys(drivers, make, max), made, stopped };
}

test('the device of what an agent stands by for is ready, and is given once', () => {
  const driver = driverOf();
  const { standbys, made, stopped } = standing([driver]);
  const document = loadBalancerDocument();

  standbys.prepare(document);
  standbys.prepare(document);
  const device = standbys.take(document.id, driver);
  standbys.stop();

  expect(made).toEqual([document.id]);
  expect(device).not.toBeNull();
  expect(standbys.take(document.id, driver)).toBeNull();
  expect(stopped).toEqual([]);
});

test('its driver does its part with every document that is told', () => {
  const prepared: string[] = [];
  const driver = driverOf({ prepare: ({ name }) => prepared.push(name) });
  const { standbys } = standing([driver]);
  const document = loadBalancerDocument({ name: 'first' });

  standbys.prepare(document);
  standbys.prepare({ ...document, name: 'second' });

  expect(prepared).toEqual(['first', 'second']);
});

test('of another driver than this agent has, or of one with several devices, none is made', () => {
  const own = driverOf();
  const document = loadBalancerDocument();
  const foreign = standing([own]);
  const several = standing([own, driverOf()]);

  foreign.standbys.prepare({ ...document, provider: 'haproxy' });
  several.standbys.prepare(document);

  expect([...foreign.made, ...several.made]).toEqual([]);
});

test('one for another device than it is commanded on is of no use', () => {
  const driver = driverOf();
  const { standbys, stopped } = standing([driver]);
  const document = loadBalancerDocument();
  standbys.prepare(document);

  expect(standbys.take(document.id, driverOf())).toBeNull();
  expect(stopped).toEqual([document.id]);
});

test('as many as may be are kept, and the oldest makes room for one more', () => {
  const driver = driverOf();
  const { standbys, stopped } = standing([driver], 2);
  const [first, second, third] = [1, 2, 3].map(() => loadBalancerDocument());

  standbys.prepare(first!);
  standbys.prepare(second!);
  const before = [...stopped];
  standbys.prepare(third!);

  expect(before).toEqual([]);
  expect(stopped).toEqual([first!.id]);
  expect(standbys.take(second!.id, driver)).not.toBeNull();
});

test('what was ready is stopped with its agent', () => {
  const { standbys, stopped } = standing([driverOf()]);
  const document = loadBalancerDocument();
  standbys.prepare(document);

  standbys.stop();

  expect(stopped).toEqual([document.id]);
});
