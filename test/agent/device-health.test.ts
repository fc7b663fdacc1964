import { describe, expect, test } from 'vitest';
import type { DeviceNotice } from '../../drivers/contract/driver.ts';
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

  test('is doubtful while a person has changed what runs, and that is left so', async () => {
    const notices: ((notice: DeviceNotice) => void)[] = [];
    const bench = new DeviceBench((driver) => ({
      ...driver,
      watch: (_, notify) => {
        notices.push(notify);
        return () => undefined;
      },
    }));
    await bench.ask();
    const notify = notices[0]!;

    notify({ type: 'differs', reason: 'another timeout', running: true });
    notify({ type: 'differs', reason: 'no listener', running: false });
    notify({ type: 'differs', reason: null, running: true });
    notify({ type: 'differs', reason: 'another timeout', running: true });
    await bench.ask({ generation: 2 });

    expect(bench.told.map(({ operating, reason }) => [operating.loadBalancer, reason])).toEqual([
      ['ONLINE', null],
      ['DEGRADED', 'another timeout'],
      ['ERROR', 'no listener'],
      ['ONLINE', null],
      ['DEGRADED', 'another timeout'],
      ['ONLINE', null],
    ]);
    expect(bench.done()).toEqual(['applied 1/1', 'applied 1/2']);
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
