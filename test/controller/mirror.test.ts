import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { VirtualStore } from '../../simulator/world/store/virtual-store.ts';
import { Mirror } from '../../src/controller/records/mirror.ts';
import { Virtual } from '../host/support/virtual.ts';

/**
 * A watch that goes on after a gap is told each key's newest value only. The mirror took the first of
 * them for all that was written until then, and reads were answered from before what was to be waited for.
 */
test('a mirror that catches up has reached a revision only when nothing older is to come', async () => {
  const virtual = new Virtual();
  const store = new VirtualStore(virtual.clock, { bucket: 'desired', delayMs: () => 5 });
  const mirror = new Mirror({
    store: store.as('x'),
    name: 'desired',
    clock: virtual.clock,
    log: silentLog,
    parse: (_, text) => text,
  });
  await virtual.settled(mirror.start());
  const first = await virtual.settled(store.create('a', 'old', 'w1'));
  await virtual.run(100);
  store.line('x').goBlind();
  const edited = await virtual.settled(
    store.update('a', 'acknowledged', first.committed ? first.revision : 0, 'w2'),
  );
  const other = await virtual.settled(store.create('b', 'other', 'w3'));
  const acknowledged = edited.committed ? edited.revision : 0;
  await virtual.settled(store.update('a', 'newest', acknowledged, 'w4'));
  const seen: (string | null)[] = [];
  const reached = mirror
    .reached(other.committed ? other.revision : 0, 10_000)
    .then(() => seen.push(mirror.get('a')));

  store.line('x').see();
  await virtual.settled(reached);

  expect(seen).toEqual(['newest']);
});

test('a mirror becomes what a bucket is that has lost writes, and says what was lost', async () => {
  const virtual = new Virtual();
  const store = new VirtualStore(virtual.clock, { bucket: 'desired', delayMs: () => 5 });
  const lost: string[] = [];
  const mirror = new Mirror({
    store: store.as('x'),
    name: 'desired',
    clock: virtual.clock,
    log: silentLog,
    parse: (_, text) => text,
    onLost: (key, { text }) => lost.push(`${key}: ${text}`),
  });
  await virtual.settled(mirror.start());
  const a = await virtual.settled(store.create('a', 'old', 'w1'));
  await virtual.settled(store.create('same', 'same', 'w2'));
  await virtual.run(1_000);
  await virtual.settled(store.update('a', 'new', a.committed ? a.revision : 0, 'w3'));
  await virtual.settled(store.create('b', 'new', 'w4'));
  await virtual.run(100);

  store.line('x').disconnect();
  store.losePower(500);
  store.line('x').connect();
  await virtual.run(100);

  expect(lost).toEqual(['a: new', 'b: new']);
  expect([...mirror.keys()].map((key) => mirror.get(key))).toEqual(['old', 'same']);
  await virtual.settled(store.create('c', 'next', 'w5'));
  await virtual.settled(mirror.reached(3, 1_000));
});

test('a mirror is current until its connection is lost, and again once it was told what has changed', async () => {
  const virtual = new Virtual();
  const store = new VirtualStore(virtual.clock, { bucket: 'binding', delayMs: () => 5 });
  const mirror = new Mirror({
    store: store.as('x'),
    name: 'binding',
    clock: virtual.clock,
    log: silentLog,
    parse: (_, text) => text,
  });
  const seen = [mirror.isCurrent];
  await virtual.settled(mirror.start());
  seen.push(mirror.isCurrent);

  store.line('x').disconnect();
  seen.push(mirror.isCurrent);
  store.line('x').connect();
  seen.push(mirror.isCurrent);
  await virtual.run(100);
  seen.push(mirror.isCurrent);

  expect(seen).toEqual([false, true, false, false, true]);
});
