import { expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import type { Health } from '../../drivers/contract/health.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import type { Devices } from '../../src/agent/devices.ts';
import { StatisticsReader, statisticsAtOnceMax } from '../../src/agent/statistics.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { Virtual } from '../host/support/virtual.ts';

/** A reader of one device, which is held or not and whose driver reads as it is told. */
function reader(statistics: Health['statistics'] | null, holds = true) {
  const plain = memoryDriver(new MemoryDevice({ clock: new Virtual().clock }), 'a');
  const { health, ...without } = plain;
  const driver: Driver =
    statistics === null ? without : { ...plain, health: { ...health!, statistics } };
  const devices = { get: (id: string) => (id === 'lb' ? { holds, driver } : null) };
  return new StatisticsReader(devices as unknown as Devices, recordingLog());
}

test('what is not held here is elsewhere', async () => {
  const nothing = () => Promise.resolve(null);
  expect(await reader(nothing).read('other')).toEqual({ type: 'elsewhere' });
  expect(await reader(nothing, false).read('lb')).toEqual({ type: 'elsewhere' });
  expect(await reader(nothing).read('lb')).toEqual({ type: 'counted', listeners: {} });
});

test('a driver that counts nothing, or fails, says so', async () => {
  const failing = () => Promise.reject(new RetryableError('the process does not answer'));
  expect(await reader(null).read('lb')).toEqual({ type: 'unsupported' });
  expect(await reader(failing).read('lb')).toEqual({
    type: 'failed',
    message: 'the process does not answer',
  });
});

test('no more are read at once than the limit, and the next as soon as one is done', async () => {
  const answers: (() => void)[] = [];
  const slow = () => new Promise<null>((resolve) => answers.push(() => resolve(null)));
  const it = reader(slow);

  const reads = Array.from({ length: statisticsAtOnceMax }, () => it.read('lb'));
  const oneTooMany = await it.read('lb');
  answers[0]!();
  await reads[0];
  const next = it.read('lb');
  for (const answer of answers) answer();

  expect(oneTooMany).toEqual({
    type: 'failed',
    message: `it is reading those of ${statisticsAtOnceMax} others`,
  });
  expect(await next).toMatchObject({ type: 'counted' });
  await Promise.all(reads);
});
