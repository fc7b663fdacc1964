import { describe, test } from 'vitest';
import { driverConformance } from '../../drivers/contract/conformance.ts';
import { haproxyHarness } from './support/haproxy-harness.ts';
import { haproxyHost, vip } from './support/haproxy-host.ts';
import { freePort } from './support/traffic.ts';

async function makeHarness() {
  const host = await haproxyHost();
  return haproxyHarness({
    host,
    ports: { first: await freePort(vip), second: await freePort(vip) },
    addresses: { first: vip, second: vip },
    strangersAddress: vip,
    lease: null,
    driver: (agent, options) => host.driver(agent, options),
    close: () => host.close(),
  });
}

describe('the haproxy driver conforms, with real processes', () => {
  for (const { title, run } of driverConformance('haproxy', { makeHarness })) test(title, run);
});
