import assert from 'node:assert/strict';
import type { Driver } from './driver.ts';
import { RetryableError } from './errors.ts';
import type { ConformanceCase, DriverHarness, LeaseHarness } from './harness.ts';
import type { Leasing } from './leasing.ts';
import type { Target } from './target.ts';

/** What every driver must do that serves only while its agent holds a lease. */
export const leaseCases: readonly ConformanceCase[] = [
  leaseCase('is needed to begin anything', async ({ harness, driver, leasing, target }) => {
    await leasing.drop([]);
    await assert.rejects(driver.apply(target), RetryableError);
    assert.equal(await harness.serving(target.id), null);
  }),
  leaseCase('takes along what was held, which comes back by a newer epoch only', async (setup) => {
    const { kit, driver, leasing, target } = setup;
    await driver.apply(target);
    await leasing.drop([]);
    await leasing.renew(kit.until());
    await assert.rejects(driver.apply(target), RetryableError);
    const again = await driver.apply({ ...target, epoch: 2 });
    assert.equal(again.marker.epoch, 2);
  }),
  leaseCase('takes along what was only commanded until it was dropped', async (setup) => {
    const { harness, kit, driver, leasing, target } = setup;
    await leasing.drop([[target.id, 2]]);
    await leasing.renew(kit.until());
    for (const epoch of [1, 2]) {
      await assert.rejects(driver.apply({ ...target, epoch }), RetryableError);
    }
    assert.equal(await harness.serving(target.id), null);
    const commanded = await driver.apply({ ...target, epoch: 3 });
    assert.equal(commanded.contentApplied, true);
  }),
  leaseCase('takes along nothing else', async ({ kit, driver, leasing, target, other }) => {
    await leasing.drop([[other.id, 2]]);
    await leasing.renew(kit.until());
    const applied = await driver.apply(target);
    assert.equal(applied.contentApplied, true);
  }),
];

interface Setup {
  readonly harness: DriverHarness;
  readonly kit: LeaseHarness;
  readonly driver: Driver;
  readonly leasing: Leasing;
  readonly target: Target;
  readonly other: { readonly id: string };
}

/** A case for a driver that serves under a lease; one that does not has nothing to prove. */
function leaseCase(title: string, run: (setup: Setup) => Promise<void>): ConformanceCase {
  return {
    title: `its lease ${title}`,
    async run(harness) {
      const driver = await harness.driver('a');
      const { leasing } = driver;
      const kit = harness.lease;
      assert.equal(kit === null, leasing === undefined, 'the harness knows what the driver offers');
      if (kit === null || leasing === undefined) return;
      const id = harness.newId();
      const target = { id, epoch: 1, generation: 1, document: harness.document(id, 'first') };
      await run({ harness, kit, driver, leasing, target, other: { id: harness.newId() } });
    },
  };
}
