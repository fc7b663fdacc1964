import { driverConformance } from '../../../drivers/contract/conformance.ts';
import type { Driver } from '../../../drivers/contract/driver.ts';
import { vipModule } from '../../../drivers/haproxy/vip/module.ts';
import type { MonotonicMs } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { haproxyHarness } from '../../drivers/support/haproxy-harness.ts';
import { haproxyHost } from '../../drivers/support/haproxy-host.ts';
import { answerCalls } from '../../../simulator/chaos/remote.ts';

/** The conformance suite on the haproxy-vip driver, in a process on a host of the network. */
const leaseMs = 60_000;
const until = () => (systemClock.monotonicMs() + leaseMs) as MonotonicMs;
let prefix = '';

async function makeHarness() {
  const host = await haproxyHost(vipModule);
  const drivers: Driver[] = [];
  return haproxyHarness({
    host,
    ports: { first: 8081, second: 8082 },
    addresses: { first: `${prefix}.101`, second: `${prefix}.102` },
    strangersAddress: '0.0.0.0',
    lease: { until },
    async driver(agent, options) {
      const driver = await host.driver(agent, { interface: 'eth0', ...options });
      drivers.push(driver);
      await driver.leasing!.renew(until());
      return driver;
    },
    async close() {
      for (const driver of drivers) await driver.leasing!.drop([]);
      await host.close();
    },
  });
}

const cases = driverConformance('haproxy-vip', { makeHarness });
answerCalls({
  start(given: string) {
    prefix = given;
  },
  run: (title: string) => cases.find((each) => each.title === title)!.run(),
});
