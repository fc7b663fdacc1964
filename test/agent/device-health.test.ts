import { describe, expect, test } from 'vitest';
import { checkedWeb } from '../fixtures/documents.ts';
import { DeviceBench } from './support/device-bench.ts';

describe('the health of a device', () => {
  test('is told of when it changes by itself: changed, dead, healthy again', async () => {
    const bench = new DeviceBench();
    const { document, sick } = checkedWeb(bench.id);
    // The first health is told by the command's own reply.
    await bench.ask({ epoch: 4, document });
    bench.appliance.setFailing(bench.id, sick, true);
    bench.appliance.setFailing(bench.id, sick, false);
    bench.appliance.breakDown(bench.id, 'it was killed');
    await bench.reach('active');

    const told = bench.told.map(({ operating, reason, answered }) => [
      operating.loadBalancer,
      reason,
      ...(answered ? ['answered'] : []),
    ]);
    expect(told).toEqual([
      ['ONLINE', null, 'answered'],
      ['DEGRADED', null],
      ['ONLINE', null],
      ['ERROR', 'it was killed'],
      ['ONLINE', null],
    ]);
    expect(new Set(bench.told.map(({ epoch, generation }) => `${epoch}/${generation}`))).toEqual(
      new Set(['4/1']),
    );
  });

  test('is as well as it was when an edit is refused, and says why it was', async () => {
    const bench = new DeviceBench();
    await bench.ask();
    bench.appliance.trouble.refuse(bench.id, 'no such VLAN');

    await bench.ask({ generation: 2 });

    expect(bench.told.at(-1)).toMatchObject({
      generation: 1,
      operating: { loadBalancer: 'ONLINE' },
      reason: 'no such VLAN',
    });
  });

  test('is watched while it fails, too', async () => {
    const bench = new DeviceBench();
    const { document, sick } = checkedWeb(bench.id);
    await bench.ask({ document });
    bench.appliance.trouble.refuse(bench.id, 'no such VLAN');
    await bench.ask({ document, generation: 2 });

    bench.appliance.setFailing(bench.id, sick, true);

    expect(bench.told.at(-1)).toMatchObject({
      operating: { loadBalancer: 'DEGRADED', members: { [sick]: 'ERROR' } },
      reason: 'no such VLAN',
    });
  });
});
