import { expect, test } from 'vitest';
import { agentDrivers } from '../../src/processes/agent-drivers.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { devicesMax } from '../../machines/protocol/device-name.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { MemorySecrets } from '../../src/adapters/memory-secrets.ts';
import { systemRandom } from '../../src/adapters/system-random.ts';
import { recordingLog } from '../adapters/recording-log.ts';

const context = {
  clock: systemClock,
  random: systemRandom,
  log: recordingLog(),
  secrets: new MemorySecrets(),
  host: 'host-1',
  agent: 'agent-1',
  stateDir: '/nowhere',
};

const authorization = { scheme: 'Bearer', secret: 'env:TOKEN' };

/** The devices that are made of a configuration, with their capacities. */
async function made(configured: Readonly<Record<string, unknown>>) {
  const { drivers, capacities } = await agentDrivers(configured, context);
  for (const driver of drivers.values()) await driver.close();
  return [...drivers.keys()].map((device) => [device, capacities.get(device) ?? null]);
}

const refusal = (configured: Readonly<Record<string, unknown>>): Promise<string> =>
  made(configured).then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof ConfigError ? error.message : String(error)),
  );

test('a driver without named devices has the one that is called as it is', async () => {
  expect(await made({ memory: { device: 'a', capacity: 3 }, caddy: null })).toEqual([
    ['memory', 3],
    ['caddy', null],
  ]);
});

test('each named device has its own options over those that all of them have', async () => {
  const devices = { east: { device: 'a', capacity: 2 }, west: null };
  expect(await made({ memory: { auditMs: 100, capacity: 9, devices } })).toEqual([
    ['memory/east', 2],
    ['memory/west', 9],
  ]);
});

test.each([
  [{ haproxie: {} }, /^agent\.drivers\.haproxie: there is no such driver; known: haproxy, /],
  [{ memory: { devices: {} } }, 'agent.drivers.memory.devices: name at least one device, or leave'],
  [
    { memory: { devices: { 'A b': {} } } },
    /^agent\.drivers\.memory\.devices: .*a device name is 1 to 63/s,
  ],
  [{ memory: { capacity: -1 } }, /^agent\.drivers\.memory: .*capacity is to be a number/s],
  [
    { memory: { devices: { east: { device: '' } } } },
    /^agent\.drivers\.memory\.devices\.east: wrong options of the memory driver/,
  ],
  [
    { caddy: { devices: { far: { admin: 'http://192.0.2.1:2019', authorization } } } },
    /^agent\.drivers\.caddy\.devices\.far: .*credentials over plain http can be read on the way/s,
  ],
  [{ memory: 'fast' }, /^agent\.drivers\.memory: wrong options of the memory driver/],
  [
    { haproxy: { devices: { east: {} } } },
    "agent.drivers.haproxy.devices: the device of the driver haproxy is the agent's own host",
  ],
  [{ haproxy: { capacity: 3 } }, /^agent\.drivers\.haproxy: .*capacity/s],
])('%j is refused, with what is wrong and where', async (configured, words) => {
  const message = await refusal(configured);
  if (typeof words === 'string') expect(message).toContain(words);
  else expect(message).toMatch(words);
});

test('an agent drives only so many devices', async () => {
  const named = (count: number) => ({
    memory: {
      devices: Object.fromEntries(Array.from({ length: count }, (_, at) => [`d${at}`, {}])),
    },
  });
  expect(await made(named(devicesMax))).toHaveLength(devicesMax);
  expect(await refusal(named(devicesMax + 1))).toBe(
    `agent.drivers: an agent drives at most ${devicesMax} devices, and these are ${devicesMax + 1}`,
  );
});
