import assert from 'node:assert/strict';
import { DriverError, FencedError, type Marker, PermanentError } from './errors.ts';
import type { ConformanceCase, DriverHarness } from './harness.ts';
import { healthCases } from './health-conformance.ts';
import { leaseCases } from './lease-conformance.ts';
import type { Target } from './target.ts';

export interface ConformanceTest {
  readonly title: string;
  run(): Promise<void>;
}

/**
 * What every driver with a conditional write must do, as tests for any test runner: each makes a
 * harness, runs its case and closes the harness.
 */
export function driverConformance(
  name: string,
  { makeHarness }: { makeHarness(): Promise<DriverHarness> },
): readonly ConformanceTest[] {
  return [...conformanceCases, ...healthCases, ...leaseCases].map(({ title, run }) => ({
    title: `${name}: ${title}`,
    async run() {
      const harness = await makeHarness();
      try {
        await run(harness);
      } finally {
        await harness.close();
      }
    },
  }));
}

/** The cases by themselves, each given a fresh harness. */
export const conformanceCases: readonly ConformanceCase[] = [
  {
    title: 'a fresh device is reachable and has never heard of the load balancer',
    async run(harness) {
      const driver = await harness.driver('a');
      const probe = await driver.probe();
      assert.equal(probe.reachable, true, JSON.stringify(probe));
      assert.equal(await driver.observe(harness.newId()), null);
    },
  },
  {
    title: 'what was applied is observed',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 3, 5);
      const applied = await driver.apply(target);
      assert.equal(applied.contentApplied, true);
      assert.deepEqual(applied.marker, marker(3, 5));
      const observed = await driver.observe(target.id);
      assert.deepEqual(observed?.marker, marker(3, 5));
      assert.equal(observed.running, true);
      const listeners = target.document.listeners.map((listener) => listener.id);
      assert.deepEqual(Object.keys(observed.operating.listeners).sort(), listeners.sort());
      assert.equal(observed.operating.loadBalancer, 'ONLINE');
    },
  },
  {
    title: 'the same apply again touches nothing',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 1);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const again = await driver.apply(target);
      assert.equal(again.contentApplied, true);
      assert.deepEqual(again.marker, marker(1, 1));
      assert.equal(await harness.serving(target.id), before);
    },
  },
  {
    title: 'a newer generation of the same epoch replaces the content',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 1);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const applied = await driver.apply(second(harness, target.id, 1, 2));
      assert.deepEqual(applied.marker, marker(1, 2));
      assert.notEqual(await harness.serving(target.id), before);
    },
  },
  {
    title: 'an older epoch is refused with the marker, and changes nothing',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 4, 2);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const stale = second(harness, target.id, 3, 9);
      assert.deepEqual(await refusal(driver.apply(stale)), marker(4, 2));
      assert.deepEqual(await refusal(driver.remove(stale)), marker(4, 2));
      assert.equal(await harness.serving(target.id), before);
      assert.deepEqual((await driver.observe(target.id))?.marker, marker(4, 2));
    },
  },
  {
    title: 'a newer epoch with an older generation claims the epoch and leaves the content',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 7);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const applied = await driver.apply(second(harness, target.id, 2, 6));
      assert.equal(applied.contentApplied, false);
      assert.deepEqual(applied.marker, marker(2, 7));
      assert.equal(await harness.serving(target.id), before);
      assert.deepEqual(await refusal(driver.apply(target)), marker(2, 7));
    },
  },
  {
    title: 'an older generation of the same epoch leaves the content',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 7);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const late = await driver.apply(second(harness, target.id, 1, 6));
      assert.equal(late.contentApplied, false);
      assert.deepEqual(late.marker, marker(1, 7));
      assert.equal(await harness.serving(target.id), before);
    },
  },
  {
    title: 'a removal leaves a tombstone that refuses every later apply',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 1);
      await driver.apply(target);
      assert.deepEqual(await driver.remove({ ...target, epoch: 2 }), tombstone(2, 1));
      assert.equal(await harness.serving(target.id), null);
      assert.equal((await driver.observe(target.id))?.running, false);
      for (const epoch of [1, 2, 99]) {
        const late = second(harness, target.id, epoch, 9);
        assert.deepEqual(await refusal(driver.apply(late)), tombstone(2, 1));
      }
      assert.equal(await harness.serving(target.id), null);
    },
  },
  {
    title: 'removing what is removed, or was never there, succeeds',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 5, 3);
      assert.deepEqual(await driver.remove(target), tombstone(5, 3));
      assert.deepEqual(await driver.remove({ ...target, epoch: 1 }), tombstone(5, 3));
      assert.deepEqual(await refusal(driver.apply(target)), tombstone(5, 3));
    },
  },
  {
    title: 'an agent with a higher epoch takes over, and the old one is refused',
    async run(harness) {
      const [old, next] = [await harness.driver('old'), await harness.driver('next')];
      const target = first(harness, 1, 1);
      await old.apply(target);
      const taken = await next.apply({ ...target, epoch: 2 });
      assert.deepEqual(taken.marker, marker(2, 1));
      const before = await harness.serving(target.id);
      assert.deepEqual(await refusal(old.apply(second(harness, target.id, 1, 2))), marker(2, 1));
      assert.deepEqual(await refusal(old.remove(target)), marker(2, 1));
      assert.equal(await harness.serving(target.id), before);
    },
  },
  {
    title: 'of racing agents the highest epoch holds in the end',
    async run(harness) {
      const id = harness.newId();
      const epochs = [3, 1, 4, 2];
      const outcomes = await Promise.allSettled(
        epochs.map(async (epoch) => {
          const driver = await harness.driver(`agent-${epoch}`);
          return driver.apply({ ...first(harness, epoch, 1), id });
        }),
      );
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof FencedError);
      }
      const observer = await harness.driver('observer');
      assert.deepEqual((await observer.observe(id))?.marker, marker(4, 1));
    },
  },
  {
    title: 'what the driver can not serve is named',
    async run(harness) {
      const driver = await harness.driver('a');
      const plain = harness.document(harness.newId(), 'first');
      assert.deepEqual(driver.descriptor.unsupported(plain), []);
      const unsupported = harness.unsupported();
      if (unsupported === null) return;
      const { document, named } = unsupported;
      const reasons = driver.descriptor.unsupported(document);
      assert.ok(
        reasons.some((reason) => reason.includes(named)),
        `${JSON.stringify(reasons)} should name ${named}`,
      );
      const target = { id: document.id, epoch: 1, generation: 1, document };
      await assert.rejects(driver.apply(target), PermanentError);
      assert.equal(await harness.serving(document.id), null);
    },
  },
  {
    title: 'a refused configuration leaves what ran before, and its generation',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 1);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const document = await harness.refused(target.id);
      const bad: Target = { ...target, generation: 2, document };
      await assert.rejects(driver.apply(bad), PermanentError);
      assert.equal(await harness.serving(target.id), before);
      const observed = await driver.observe(target.id);
      assert.deepEqual(observed?.marker, marker(1, 1));
      assert.equal(observed.running, true);
    },
  },
  {
    title: 'what breaks down is told to its watcher, and an apply brings it back',
    async run(harness) {
      const driver = await harness.driver('a');
      const target = first(harness, 1, 1);
      await driver.apply(target);
      const reasons: string[] = [];
      const stop = driver.watch(target.id, (notice) => {
        if (notice.type === 'down') reasons.push(notice.reason);
      });
      await harness.breakDown(target.id);
      await harness.eventually('the watcher hears of it', () => reasons.length > 0);
      stop();
      assert.equal((await driver.observe(target.id))?.running, false);
      await driver.apply(target);
      assert.equal((await driver.observe(target.id))?.running, true);
    },
  },
  {
    title: 'what somebody else changed is told to its watcher, and an apply puts it right',
    async run(harness) {
      if (harness.tamper === null) return;
      const driver = await harness.driver('a');
      const target = first(harness, 1, 1);
      await driver.apply(target);
      const before = await harness.serving(target.id);
      const reasons: string[] = [];
      const stop = driver.watch(target.id, (notice) => {
        if (notice.type === 'drifted') reasons.push(notice.reason);
      });
      await harness.tamper(target.id);
      await harness.eventually('the watcher hears of it', () => reasons.length > 0);
      stop();
      assert.notEqual(await harness.serving(target.id), before);
      await driver.apply(target);
      assert.equal(await harness.serving(target.id), before);
    },
  },
  {
    title: 'a survey tells what the device has the content of, whoever configured it',
    async run(harness) {
      const [one, other] = [await harness.driver('one'), await harness.driver('other')];
      const [kept, removed] = [first(harness, 3, 5), second(harness, harness.newId(), 1, 1)];
      assert.deepEqual(await other.survey(), []);
      await one.apply(kept);
      await one.apply(removed);
      await one.remove(removed);
      assert.deepEqual(await other.survey(), [{ id: kept.id, marker: marker(3, 5) }]);
    },
  },
  {
    title: 'closing a driver leaves what runs',
    async run(harness) {
      const [leaving, staying] = [await harness.driver('leaving'), await harness.driver('staying')];
      const target = first(harness, 1, 1);
      await leaving.apply(target);
      const before = await harness.serving(target.id);
      await leaving.close();
      assert.equal(await harness.serving(target.id), before);
      assert.equal((await staying.observe(target.id))?.running, true);
    },
  },
];

function first(harness: DriverHarness, epoch: number, generation: number): Target {
  const id = harness.newId();
  return { id, epoch, generation, document: harness.document(id, 'first') };
}

function second(harness: DriverHarness, id: string, epoch: number, generation: number): Target {
  return { id, epoch, generation, document: harness.document(id, 'second') };
}

function marker(epoch: number, generation: number): Marker {
  return { epoch, generation, removed: false };
}

function tombstone(epoch: number, generation: number): Marker {
  return { epoch, generation, removed: true };
}

/** The marker that a call was refused with; fails where it was not refused by the fence. */
async function refusal(call: Promise<unknown>): Promise<Marker> {
  try {
    await call;
  } catch (error) {
    if (error instanceof FencedError) return error.marker;
    if (error instanceof DriverError) assert.fail(`not fenced but ${error.name}: ${error.message}`);
    throw error;
  }
  return assert.fail('a stale call was carried out');
}
