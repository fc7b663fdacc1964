import { afterAll, beforeAll, describe, test } from 'vitest';
import { driverConformance } from '../../drivers/contract/conformance.ts';
import { HostNetwork } from '../../src/demo/network.ts';
import { namespaces } from '../support/vip/namespaces.ts';
import { Remote } from '../../simulator/chaos/remote.ts';

const main = 'test/support/vip/conformance-main.ts';
const makeHarness = () => Promise.reject(new Error('only their titles are needed here'));
let network: HostNetwork;
let remote: Remote;

describe.skipIf(namespaces.why !== null)(
  namespaces.why ?? 'the haproxy-vip driver conforms, with real processes and addresses',
  () => {
    beforeAll(async () => {
      network = await HostNetwork.create(1);
      remote = new Remote(network, network.hosts[0]!, main);
      await remote.call('start', network.prefix);
    });
    afterAll(async () => {
      remote.signal('SIGTERM');
      await network.close();
    });

    for (const { title } of driverConformance('haproxy-vip', { makeHarness })) {
      test(title, async () => void (await remote.call('run', title)));
    }
  },
);
