import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { natsStores } from '../../src/adapters/nats-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Stores } from '../../src/ports/store.ts';
import { NatsWorld } from './nats-world.ts';
import { recordingLog } from './recording-log.ts';
import { storeCases, watching } from './store-conformance.ts';
import { until } from './until.ts';

let world: NatsWorld;
let stores: Stores;

const options = { replicas: 1, clock: systemClock, log: silentLog };

beforeAll(async () => {
  world = await NatsWorld.start();
  stores = await natsStores(await world.controller('c'), options);
});

afterAll(() => world.close());

describe('the store over JetStream', () => {
  for (const { name, run } of storeCases) {
    test(name, () => run(stores.desired));
  }

  test('keeps the buckets apart, and another prefix its own', async () => {
    const other = await natsStores(await world.controller('d'), { ...options, prefix: 'other' });
    for (const store of [stores.binding, stores.liveness, other.binding]) {
      expect(await store.create('apart.x', 'x', 'w')).toMatchObject({ committed: true });
    }
  });

  test('is opened by two controllers at once', async () => {
    const buses = [await world.controller('e'), await world.controller('f')];
    const opened = await Promise.all(
      buses.map((bus) => natsStores(bus, { ...options, prefix: 'together' })),
    );
    const writes = opened.map(({ shards }, index) => shards.create('x', '', `w${index}`));
    const won = (await Promise.all(writes)).filter(({ committed }) => committed);
    expect(won).toHaveLength(1);
  });

  test('logs when a bucket has another number of replicas than asked', async () => {
    const log = recordingLog();
    await natsStores(await world.controller('g'), { ...options, replicas: 3, log });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({ has: 1, asked: 3 }),
      }),
    );
  });
});

describe('a watch over JetStream', () => {
  test('takes a new consumer when its own is lost, and misses nothing', async () => {
    const bus = await world.controller('w');
    const { vips } = await natsStores(bus, options);
    const watch = watching(vips, 'lost');
    await watch.ready();
    await vips.create('lost.a', '1', 'w1');
    await until('the first change is there', () => watch.changes.length === 1);

    for (const name of await consumers()) {
      await bus.request(`$JS.API.CONSUMER.DELETE.KV_holdfast-vips.${name}`, '', 5_000);
    }
    await vips.create('lost.b', '2', 'w2');

    await until('the second change is there', () => watch.changes.length === 2);
    expect(watch.changes.map(({ key }) => key)).toEqual(['lost.a', 'lost.b']);
    expect(watch.readyCount()).toBe(1);
    watch.stop();
    await until('no consumer is left', async () => (await consumers()).length === 0);

    async function consumers(): Promise<string[]> {
      const answer = await bus.request('$JS.API.CONSUMER.NAMES.KV_holdfast-vips', '{}', 5_000);
      return (JSON.parse(answer) as { consumers: string[] | null }).consumers ?? [];
    }
  });

  test('starts anew, loudly, when the bucket went back in time', async () => {
    const log = recordingLog();
    const bus = await world.controller('back');
    const { vips } = await natsStores(bus, { ...options, prefix: 'back', log });
    const watch = watching(vips, 'k');
    await watch.ready();
    for (let index = 0; index < 5; index += 1) await vips.create(`k.${index}`, 'old', 'w');
    await until('the old records are seen', () => watch.changes.length === 5);

    await bus.request('$JS.API.STREAM.DELETE.KV_back-vips', '', 5_000);
    await natsStores(bus, { ...options, prefix: 'back' });
    await vips.create('k.new', 'new', 'w');

    await until('the new record is seen', () => watch.changes.some(({ key }) => key === 'k.new'));
    expect(log.lines.map(({ message }) => message).join()).toContain('went back in time');
    watch.stop();
  });

  test('tells everything again when what it saw last is not there, although there is more', async () => {
    const bus = await world.controller('again');
    const { vips } = await natsStores(bus, { ...options, prefix: 'again' });
    const told: string[] = [];
    const currentThen: boolean[] = [];
    const watch = vips.watch(
      ({ key }) => told.push(key),
      () => undefined,
      () => {
        told.push('rewound');
        currentThen.push(watch.current);
      },
    );
    await vips.create('k.lost', 'old', 'w');
    await until('the old record is seen', () => told.length === 1);

    await bus.request('$JS.API.STREAM.DELETE.KV_again-vips', '', 5_000);
    const anew = await natsStores(bus, { ...options, prefix: 'again' });
    for (let index = 0; index < 5; index += 1) await anew.vips.create(`k.${index}`, 'new', 'w');

    await until('the new records are seen', () => told.includes('k.4'));
    expect(told).toEqual(['k.lost', 'rewound', 'k.0', 'k.1', 'k.2', 'k.3', 'k.4']);
    expect(currentThen).toEqual([false]);
    await until('everything was told', () => watch.current);
    watch.stop();
  });
});
