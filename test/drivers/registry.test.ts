import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { driverModule, driverModules } from '../../drivers/registry.ts';
import { haproxyBinary } from './haproxy-binary.ts';
import { driverContext } from './support/context.ts';

describe('the registry of drivers', () => {
  test('finds a driver by its name, and by the names that Octavia tools ask for', () => {
    expect(driverModule('memory')?.descriptor.name).toBe('memory');
    for (const name of ['haproxy', 'amphora', 'octavia']) {
      expect(driverModule(name)?.descriptor.name).toBe('haproxy');
    }
    expect(driverModule('f5')).toBeNull();
  });

  test('gives no name to two drivers', () => {
    const names = driverModules.flatMap(({ descriptor }) => [
      descriptor.name,
      ...descriptor.aliases,
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the options of the haproxy driver', () => {
  const create = (options: unknown, stateDir?: string) =>
    driverModule('haproxy')!.create(driverContext('a', options, stateDir));

  test.each([
    [{ stateDir: 'relative' }, /absolute path.*stateDir/s],
    [{ lockWait: 1 }, /lockWait/],
    [{ user: 'root;rm' }, /user/],
    [{ maxConnections: 0 }, /maxConnections/],
  ])('%j is refused with its name', async (options, words) => {
    await expect(create(options, '/tmp')).rejects.toThrow(words);
  });

  test('a state directory that can not be made is told at the start', async () => {
    const file = fileURLToPath(import.meta.url);
    await expect(create({}, `${file}/state`)).rejects.toThrow(/can't use its state directory/);
  });

  test('the agent says where state is kept, unless the options do', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-options-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const binary = haproxyBinary();
    const driver = await create({ binary }, path.join(directory, 'a'.repeat(120)));

    expect(await driver.probe()).toMatchObject({
      reachable: true,
      detail: expect.stringContaining('HAProxy version') as string,
    });
    await driver.close();
  });
});

describe('the options of the haproxy-vip driver', () => {
  const create = (options: unknown) =>
    driverModule('haproxy-vip')!.create(driverContext('a', options, '/tmp'));

  test.each([
    [{}, /wrong options of the haproxy-vip driver[^]*interface/],
    [{ interface: 'eth0:1' }, /interface/],
    [{ interface: 'a'.repeat(16) }, /interface/],
    [{ interface: 'eth0', announcements: 0 }, /announcements/],
    [{ interface: 'eth0', duplicateCheckMs: 5_001 }, /duplicateCheckMs/],
    [{ interface: 'eth0', lease: 1 }, /lease/],
  ])('%j is refused with its name', async (options, words) => {
    await expect(create(options)).rejects.toThrow(words);
  });

  test('are those of haproxy too, and the longest name of an interface will do', async () => {
    const stateDir = await mkdtemp(path.join(tmpdir(), 'holdfast-options-'));
    onTestFinished(() => rm(stateDir, { recursive: true }));
    const options = { interface: 'a'.repeat(15), maxConnections: 7, stateDir };
    const driver = await create(options);

    expect(driver.descriptor).toMatchObject({ reschedulable: true, fence: 'lease' });
    expect(driver.leasing).toBeDefined();
    expect(driver.residence).toBeDefined();
    await driver.close();
  });
});
