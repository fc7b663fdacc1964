import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { noTraffic } from '../../machines/health/statistics.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Driver } from './driver.ts';
import type { ConformanceCase, DriverHarness, HealthHarness } from './harness.ts';
import type { Health } from './health.ts';
import type { Target } from './target.ts';

/** What every driver that tells of health must do. */
export const healthCases: readonly ConformanceCase[] = [
  healthCase('tells the statuses of what is watched, and each change', async (setup) => {
    const { harness, kit, driver, health, target } = setup;
    const { listeners, pools } = target.document;
    const [listener, pool] = [listeners[0]?.id ?? '', pools[0]?.id ?? ''];
    const [well, sick] = pools[0]?.members.map(({ id }) => id) ?? [];
    assert.ok(well !== undefined && sick !== undefined, 'the harness gives two members');
    await driver.apply(target);
    const told: OperatingReport[] = [];
    const stop = health.watch(target.id, (operating) => told.push(operating));
    const latest = () => told.at(-1);
    await harness.eventually('it is shown as it is', () => latest()?.loadBalancer === 'ONLINE');
    await kit.setFailing(target.id, sick, true);
    await harness.eventually('the change is told', () => latest()?.members[sick] === 'ERROR');
    assert.deepEqual(latest(), {
      loadBalancer: 'DEGRADED',
      listeners: { [listener]: 'ONLINE' },
      pools: { [pool]: 'DEGRADED' },
      members: { [well]: 'ONLINE', [sick]: 'ERROR' },
    });
    await kit.setFailing(target.id, sick, false);
    await harness.eventually('its end is told', () => latest()?.loadBalancer === 'ONLINE');
    stop();
    const repeated = told.filter((report, index) => isDeepStrictEqual(report, told[index - 1]));
    assert.deepEqual(repeated, [], 'only changes are told');
  }),
  healthCase('tells nobody any more who has stopped watching', async (setup) => {
    const { harness, kit, driver, health, target } = setup;
    const sick = target.document.pools[0]?.members[1]?.id ?? '';
    await driver.apply(target);
    const gone: OperatingReport[] = [];
    const present: OperatingReport[] = [];
    const stopFirst = health.watch(target.id, (operating) => gone.push(operating));
    const stop = health.watch(target.id, (operating) => present.push(operating));
    await harness.eventually('both are told', () => gone.length > 0 && present.length > 0);
    stopFirst();
    const before = gone.length;
    await kit.setFailing(target.id, sick, true);
    await harness.eventually('one hears it', () => present.at(-1)?.members[sick] === 'ERROR');
    stop();
    assert.equal(gone.length, before);
  }),
  healthCase('says ERROR of what is to run and does not', async (setup) => {
    const { harness, driver, health, target } = setup;
    await driver.apply(target);
    let latest: OperatingReport | null = null as OperatingReport | null;
    const stop = health.watch(target.id, (operating) => (latest = operating));
    await harness.eventually('it is shown as it is', () => latest?.loadBalancer === 'ONLINE');
    await harness.breakDown(target.id);
    await harness.eventually('it is in error', () => latest?.loadBalancer === 'ERROR');
    stop();
    assert.deepEqual(new Set(Object.values(latest?.listeners ?? {})), new Set(['ERROR']));
  }),
  healthCase('counts what comes through each listener', async (setup) => {
    const { kit, driver, health, target } = setup;
    const listener = target.document.listeners[0]?.id ?? '';
    assert.equal(await health.statistics(target.id), null, 'nothing is there yet');
    await driver.apply(target);
    assert.deepEqual(await health.statistics(target.id), { [listener]: noTraffic });
    await kit.request(target.id, listener);
    await kit.request(target.id, listener);
    const counted = (await health.statistics(target.id))?.[listener] ?? noTraffic;
    assert.equal(counted.total_connections, 2);
    assert.ok(counted.bytes_in > 0 && counted.bytes_out > 0, JSON.stringify(counted));
    assert.equal(counted.request_errors, 0);
    await driver.remove(target);
    assert.equal(await health.statistics(target.id), null, 'nothing is there any more');
  }),
];

interface Setup {
  readonly harness: DriverHarness;
  readonly kit: HealthHarness;
  readonly driver: Driver;
  readonly health: Health;
  readonly target: Target;
}

/** A case for a driver with the capability; one without it has nothing to prove. */
function healthCase(title: string, run: (setup: Setup) => Promise<void>): ConformanceCase {
  return {
    title: `its health ${title}`,
    async run(harness) {
      const driver = await harness.driver('a');
      const { health } = driver;
      const kit = harness.health;
      assert.equal(kit === null, health === undefined, 'the harness knows what the driver offers');
      if (kit === null || health === undefined) return;
      const id = harness.newId();
      const target = { id, epoch: 1, generation: 1, document: kit.document(id) };
      await run({ harness, kit, driver, health, target });
    },
  };
}
