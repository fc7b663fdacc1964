import { describe, expect, test } from 'vitest';
import type { DeviceNotice, Driver } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { DamagedMarker } from '../../drivers/contract/host-marker.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import { Strays } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { hostDescriptor } from '../../simulator/world/places.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

const id = loadBalancerDocument().id;

const other = loadBalancerDocument().id;

/** An agent on whose host one marker is damaged, and what its judge says of that. */
class Damaged extends AgentBench {
  readonly done: string[];
  readonly asked: Strays[] = [];
  /** Tells the agent what its driver has noticed. */
  readonly notice: (notice: DeviceNotice) => void;
  /** What the judge answers; null: nothing. */
  knows: object | null = { purged: [] };

  constructor() {
    const done: string[] = [];
    const watchers = new Set<(notice: DeviceNotice) => void>();
    super((driver) => {
      const isMended = () => done.some((each) => each.startsWith('mended'));
      const residence: Residence = {
        inventory: () => Promise.resolve(isMended() ? [] : [{ id, marker: null, holder: null }]),
        recall: () => Promise.reject(new Error('it is damaged')),
        release: () => Promise.reject(new Error('it is damaged')),
        mend: async ({ id: one, epoch, removed }) => {
          if (one === other) throw new RetryableError('its disk is full');
          done.push(`mended ${epoch} ${removed}`);
        },
      };
      const remove = async () => {
        done.push('removed');
        return { epoch: 1, generation: 0, removed: true };
      };
      const apply: Driver['apply'] = (target) =>
        isMended() ? driver.apply(target) : Promise.reject(new DamagedMarker(id, 'is gone'));
      const watch: Driver['watch'] = (_, notify) => {
        watchers.add(notify);
        return () => watchers.delete(notify);
      };
      return { ...driver, descriptor: hostDescriptor, residence, apply, remove, watch };
    });
    this.done = done;
    this.notice = (notice) => {
      for (const notify of watchers) notify(notice);
    };
    const shard = subjects.shardOf('agent-1', 4);
    this.judge.subscribe(subjects.up('agent-1', shard, 'strays'), (message) => {
      this.asked.push(Strays.parse(JSON.parse(message.data)));
      if (this.knows !== null) message.reply(JSON.stringify(this.knows));
    });
  }

  async home(): Promise<void> {
    this.agent.start();
    await this.reach('serving');
    await this.virtual.run(2_000);
  }
}

describe('a damaged marker on the host of an agent', () => {
  test('is mended by the newest epoch that was given, and that is claimed', async () => {
    const bench = new Damaged();
    bench.knows = { purged: [], epochs: [{ loadBalancer: id, epoch: 7 }] };

    await bench.home();

    expect(bench.asked).toEqual([{ agent: 'agent-1', loadBalancers: [id], epochs: true }]);
    expect(bench.done).toEqual(['mended 7 false']);
    expect(bench.beats.at(-1)?.claims).toEqual([
      { loadBalancer: id, epoch: 7, generation: 0, removed: false, device: 'memory' },
    ]);
  });

  test('of what was deleted for good becomes a tombstone, and what runs is ended', async () => {
    const bench = new Damaged();
    bench.knows = { purged: [id], epochs: [] };

    await bench.home();

    expect(bench.done).toEqual(['mended 1 true', 'removed']);
    expect(bench.beats.at(-1)?.claims).toEqual([]);
  });

  test.each([
    ['anew', { purged: [], epochs: [other, id].map((one) => ({ loadBalancer: one, epoch: 7 })) }],
    ['a tombstone', { purged: [other, id], epochs: [] }],
  ])('is made %s also where another one can not be', async (_, knows) => {
    const bench = new Damaged();
    bench.knows = knows;

    await bench.home();

    expect(bench.done[0]).toBe(knows.purged.length > 0 ? 'mended 1 true' : 'mended 7 false');
  });

  test('is left alone while nobody knows of it, and asked about again', async () => {
    const bench = new Damaged();
    await bench.home();
    expect(bench.done).toEqual([]);

    bench.knows = { purged: [], epochs: [{ loadBalancer: id, epoch: 3 }] };
    await bench.virtual.run(presets.lan.sweepMs + 1_000);

    expect(bench.done).toEqual(['mended 3 false']);
  });

  test('that its agent comes upon is mended at once, and not with the next sweep', async () => {
    const bench = new Damaged();
    await bench.home();
    const asked = bench.asked.length;
    bench.knows = { purged: [], epochs: [{ loadBalancer: id, epoch: 7 }] };

    const reply = await bench.command({ loadBalancer: id, epoch: 7 });
    await bench.virtual.run(100);
    const again = await bench.command({ loadBalancer: id, epoch: 7 });

    expect(reply).toMatchObject({ type: 'failed', kind: 'retryable' });
    expect(bench.asked).toHaveLength(asked + 1);
    expect(bench.done).toEqual(['mended 7 false']);
    expect(again).toMatchObject({ type: 'applied', epoch: 7 });
    expect([...bench.agent.devices().values()]).toEqual(['active']);
  });

  test('that its driver has noticed is mended at once, also where what failed lately has to wait', async () => {
    const bench = new Damaged();
    await bench.home();
    bench.knows = { purged: [], epochs: [{ loadBalancer: id, epoch: 7 }] };
    await bench.command({ loadBalancer: id, epoch: 7 });
    await bench.virtual.run(100);
    await bench.command({ loadBalancer: id, epoch: 7 });
    const before = bench.asked.length;
    bench.done.length = 0;
    await bench.virtual.run(presets.lan.deviceStableMs / 2);

    bench.notice({ type: 'down', reason: 'its marker is garbage', isMarkerDamaged: true });
    await bench.virtual.run(10);

    expect(bench.asked.length - before).toBe(1);
    expect(bench.done).toEqual(['mended 7 false']);
    expect([...bench.agent.devices().values()]).toEqual(['active']);
  });

  test('that is mended late keeps its load balancer waiting no longer than that', async () => {
    const bench = new Damaged();
    await bench.home();
    await bench.command({ loadBalancer: id, epoch: 7 });
    await bench.virtual.run(2 * presets.lan.deviceRetryMaxMs);
    bench.knows = { purged: [], epochs: [{ loadBalancer: id, epoch: 7 }] };
    const stepMs = 10;
    for (let waitedMs = 0; bench.done.length === 0; waitedMs += stepMs) {
      if (waitedMs > presets.lan.sweepMs) throw new Error('it was not mended by the next sweep');
      await bench.virtual.run(stepMs);
    }

    await bench.virtual.run(stepMs);

    expect([...bench.agent.devices().values()]).toEqual(['active']);
  });

  test('that can not be mended is asked about once a second at most', async () => {
    const bench = new Damaged();
    await bench.home();
    const asked = bench.asked.length;

    for (const generation of [1, 2, 3, 4, 5]) {
      await bench.command({ loadBalancer: id, epoch: 7, generation });
    }

    expect(bench.asked.length - asked).toBe(1);
  });

  test('is left alone while nobody answers', async () => {
    const bench = new Damaged();
    bench.knows = null;

    await bench.home();

    expect(bench.asked.length).toBeGreaterThan(0);
    expect(bench.done).toEqual([]);
  });
});
