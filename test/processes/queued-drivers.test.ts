import { expect, test } from 'vitest';
import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { driverModule } from '../../drivers/registry.ts';
import { queuedDrivers } from '../../src/processes/queued-drivers.ts';

const resolve = (name: string) =>
  name === 'weak'
    ? { ...memoryDescriptor, name, fence: 'marker' as const }
    : (driverModule(name)?.descriptor ?? null);

test('those are queued that the configuration names, and no others', () => {
  const queued = queuedDrivers({ caddy: 'queue', memory: 'scheduled' }, resolve);
  expect([...queued]).toEqual(['caddy']);
  expect(queuedDrivers({}, resolve).size).toBe(0);
});

test.each([
  ['caddie', 'controller.dispatch.caddie: there is no such driver'],
  [
    'haproxy',
    "controller.dispatch.haproxy: its load balancers can't be taken from a queue, because they are served by the host of their agent, and not by any agent",
  ],
  [
    'weak',
    "controller.dispatch.weak: its load balancers can't be taken from a queue, because its devices do not refuse by themselves what a stale agent sends",
  ],
])('%s is refused, with the reason', (name, message) => {
  expect(() => queuedDrivers({ [name]: 'queue' }, resolve)).toThrow(message);
});
