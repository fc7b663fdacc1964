import { describe, expect, test } from 'vitest';
import { driverConformance } from '../../drivers/contract/conformance.ts';
import { underLease } from '../../drivers/contract/under-lease.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import type { MonotonicMs } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Virtual } from '../host/support/virtual.ts';
import { memoryHarness } from './support/memory-harness.ts';

const callMs = 700;
const leaseMs = 3_000;
const document = loadBalancerDocument();
const { id } = document;
const target = (epoch: number) => ({ id, epoch, generation: 1, document });

/** A device that takes a while to carry out a call, and an agent's driver for it. */
function setup() {
  const virtual = new Virtual();
  const { clock } = virtual;
  const latency = () => ({ beforeMs: callMs, afterMs: 0 });
  const driver = underLease(memoryDriver(new MemoryDevice({ clock, latency }), 'a'), clock);
  const renew = () => driver.leasing.renew((clock.monotonicMs() + leaseMs) as MonotonicMs);
  const apply = (epoch: number) => virtual.settled(driver.apply(target(epoch)));
  return { virtual, driver, renew, apply };
}

const conformance = driverConformance('memory under a lease', {
  async makeHarness() {
    const device = new MemoryDevice({ clock: systemClock });
    const audit = { clock: systemClock, auditMs: 10 };
    const until = () => (systemClock.monotonicMs() + 60_000) as MonotonicMs;
    return memoryHarness(device, {
      lease: { until },
      async connect(agent) {
        const driver = underLease(memoryDriver(device, agent, audit), systemClock);
        await driver.leasing.renew(until());
        return driver;
      },
    });
  },
});

describe('a driver under the lease of its agent conforms', () => {
  for (const { title, run } of conformance) test(title, run);
});

test('nothing is written before there is a lease, nor in its last second', async () => {
  const { virtual, apply, renew } = setup();

  await expect(apply(1)).rejects.toThrow(/has no lease/);
  await renew();
  await virtual.run(leaseMs - 999);
  await expect(apply(1)).rejects.toThrow(/lasts for 999 ms only, and 1000 are needed/);
  await renew();
  await virtual.run(leaseMs - 1_000);
  await expect(apply(1)).resolves.toMatchObject({ contentApplied: true });
});

test('what was tried in vain under a lease that has ended is not tried again by its epoch', async () => {
  const { virtual, driver, apply, renew } = setup();
  await renew();
  const began = driver.apply(target(2));
  await driver.leasing.drop([]);
  await renew();

  await virtual.settled(began);

  await expect(apply(2)).rejects.toThrow(/comes back by a newer epoch only/);
});

test('it is let go of once nothing is under way, and nothing older is begun meanwhile', async () => {
  const { virtual, driver, apply, renew } = setup();
  await renew();
  const began = driver.apply(target(1));
  let hasLetGo = false;

  const letGo = driver.leasing.release?.({ id, epoch: 2 }).then(() => (hasLetGo = true));
  await expect(apply(1)).rejects.toThrow(/let go of, because epoch 2 takes it over/);
  await virtual.run(callMs - 1);
  expect(hasLetGo).toBe(false);
  await virtual.run(1);

  await expect(began).resolves.toMatchObject({ contentApplied: true });
  await letGo;
  await expect(apply(1)).rejects.toThrow(/let go of/);
  await expect(apply(3)).resolves.toMatchObject({ contentApplied: true });
});

test('what was let go of, and then forgotten, is not begun by its old epoch under the next lease', async () => {
  const { driver, apply, renew } = setup();
  await renew();
  await driver.leasing.release?.({ id, epoch: 3 });

  await driver.leasing.drop([]);
  await renew();

  await expect(apply(2)).rejects.toThrow(/comes back by a newer epoch only/);
  await expect(apply(3)).resolves.toMatchObject({ contentApplied: true });
});

test('what is removed is removed for good, and may be so without a lease', async () => {
  const { virtual, driver, apply, renew } = setup();
  await renew();
  await apply(1);
  await driver.leasing.drop([]);

  const removed = await virtual.settled(driver.remove({ id, epoch: 1, generation: 1 }));

  expect(removed).toMatchObject({ removed: true });
});
