import { describe, expect, test } from 'vitest';
import { Batch, framesMax, stepsListedMax } from '../../machines/protocol/inspection.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { InspectedWorld } from '../../src/inspector/model/world.ts';
import { MessageNotes, subjectsMax } from '../../src/inspector/tap/message-notes.ts';
import type { Noting } from '../../src/inspector/tap/noting.ts';
import { depthMax, entriesMax, shown, textMax } from '../../src/inspector/tap/shown.ts';
import {
  batchBytesMax,
  frameBytesMax,
  TapBuffer,
  waitingMax,
} from '../../src/inspector/tap/tap-buffer.ts';
import { tappedBus } from '../../src/inspector/tap/tapped-bus.ts';
import { Virtual } from '../host/support/virtual.ts';

/** A process with so many actors, each with this context. */
function buffer(actors: number, context: object = { count: 1 }) {
  let nowMs = 1_000;
  const options = { node: 'controller-1', role: 'controller', life: 'a' } as const;
  const it = new TapBuffer({ ...options, wallMs: () => nowMs, facts: () => ({ shards: [1] }) });
  const ids = Array.from({ length: actors }, (_, number) => `lb-${number}`);
  it.add({
    kind: 'load-balancer',
    ids: () => ids,
    look: (id) =>
      ids.includes(id)
        ? {
            ...{ label: null, state: 'pending', condition: 'running', trouble: null },
            ...{ revision: 1, context },
          }
        : null,
  });
  return {
    it,
    ids,
    pass: (ms: number) => (nowMs += ms),
    take: () => Batch.parse(JSON.parse(it.take({ withNode: false }))),
    step: (id: string) =>
      it.stepped('load-balancer', id, 'pending', 'rebinding', { type: 'place' }),
  };
}

describe('what a process has to tell', () => {
  test('is one frame an actor, with its newest steps and a count of those before', () => {
    const { step, take } = buffer(1);

    for (let count = 0; count < stepsListedMax; count += 1) step('lb-0');
    const full = take().frames;
    for (let count = 0; count <= stepsListedMax; count += 1) step('lb-0');
    const merged = take().frames;

    expect(full).toEqual([expect.objectContaining({ id: 'lb-0', merged: 0 })]);
    expect(merged).toEqual([expect.objectContaining({ id: 'lb-0', merged: 1 })]);
    expect(merged[0]?.type === 'actor' && merged[0].steps.length).toBe(stepsListedMax);
  });

  test('finds room in the next batch, where there are more actors than fit into one', () => {
    const { ids, step, take } = buffer(framesMax + 1);

    for (const id of ids) step(id);
    const batches = [take(), take(), take()];

    expect(batches.map(({ frames }) => frames.length)).toEqual([framesMax, 1, 0]);
    expect(batches.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  test('is a full account where it is asked for, from its beginning to its end', () => {
    const small = buffer(3);
    const large = buffer(2 * framesMax + 1);
    small.it.tellAll();
    large.it.tellAll();

    expect(small.take()).toMatchObject({ account: 'whole', frames: { length: 3 } });
    expect([large.take(), large.take(), large.take(), large.take()]).toMatchObject([
      { account: 'begins', frames: { length: framesMax } },
      { account: null, frames: { length: framesMax } },
      { account: 'ends', frames: { length: 1 } },
      { account: null, frames: { length: 0 } },
    ]);
  });

  test('begins its account anew for whoever asks in the middle of it', () => {
    const { it, take } = buffer(framesMax + 1);
    it.tellAll();
    take();

    it.tellAll();

    expect([take(), take(), take()].map(({ account }) => account)).toEqual([
      'ends',
      'begins',
      'ends',
    ]);
  });

  test('stays within the bytes of a message', () => {
    const long = Object.fromEntries(
      Array.from({ length: entriesMax }, (_, key) => [`k${key}`, 'x'.repeat(textMax)]),
    );
    const { it, take } = buffer(60, long);
    it.tellAll();

    const texts = [JSON.stringify(take()), JSON.stringify(take())];

    for (const text of texts) expect(text.length).toBeLessThanOrEqual(batchBytesMax);
    expect(texts[1]).toContain('"account":null');
  });

  test('leaves a context out that is longer than a frame may be', () => {
    const wide = (depth: number): object =>
      Object.fromEntries(
        Array.from({ length: 9 }, (_, key) => [
          `k${key}`,
          depth === 0 ? 'x'.repeat(textMax) : wide(depth - 1),
        ]),
      );
    const { it, take } = buffer(1, wide(2));
    it.tellAll();

    const [frame] = take().frames;

    expect(JSON.stringify(frame).length).toBeLessThan(frameBytesMax);
    expect(JSON.stringify(frame)).toContain('bytes are too many to be shown');
  });

  test('drops troubles beyond a number, and says how many', () => {
    const { it, take } = buffer(0);

    for (let count = 0; count <= waitingMax; count += 1) it.trouble('warn', {}, `trouble ${count}`);
    const batch = take();

    expect(batch.frames.length).toBe(waitingMax);
    expect(batch.dropped).toBe(1);
    expect(take().dropped).toBe(0);
  });

  test.each([
    ['there are too many of them', 0],
    ['other frames have taken the room', waitingMax - 1],
  ])('leaves nobody to believe in actors that are gone, where %s', (_, troubles) => {
    const actors = waitingMax + 1;
    const { it, ids, take } = buffer(actors);
    const world = new InspectedWorld();
    it.tellAll();
    world.apply(take());
    expect(world.actors.size).toBe(actors);

    const long = Object.fromEntries(
      Array.from({ length: entriesMax }, (_, key) => [`k${key}`, 'x'.repeat(textMax)]),
    );
    for (let count = 0; count < troubles; count += 1) it.trouble('warn', long, 'trouble');
    for (const id of ids.splice(0)) it.gone('load-balancer', id);
    world.apply(take());
    world.apply(take());

    expect([...world.actors.keys()]).toEqual([]);
    expect(it.isEmpty).toBe(true);
  });
});

describe('a value that is shown', () => {
  test.each([
    {
      nkeySeed: 'SUAX',
      password: 'hunter2',
      apiToken: 't',
      tls_container_ref: 'x',
      Authorization: 'b',
    },
    { deep: [{ privateKey: 'k' }, { credentials: { user: 'u' } }] },
  ])('has no secret: %o', (value) => {
    const text = JSON.stringify(shown(value));

    for (const secret of ['SUAX', 'hunter2', '"t"', '"x"', '"b"', '"k"', '"u"']) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('[redacted]');
  });

  test('has no configuration of a tenant', () => {
    expect(shown({ epoch: 1, document: { vip: '10.0.0.1' } })).toEqual({
      epoch: 1,
      document: '[left out]',
    });
  });

  test('is cut in length, in width and in depth', () => {
    let deep: object = {};
    for (let level = 0; level <= depthMax; level += 1) deep = { deep };

    expect(shown('x'.repeat(textMax))).toBe('x'.repeat(textMax));
    expect(shown('x'.repeat(textMax + 1))).toBe(`${'x'.repeat(textMax)}…`);
    expect(shown(Array.from({ length: entriesMax + 2 }, () => 0))).toHaveLength(entriesMax + 1);
    expect(JSON.stringify(shown(deep))).toContain('{…}');
  });

  test('is what JSON can say', () => {
    const value = {
      at: Number.NaN,
      call: () => 1,
      big: 1n,
      error: new Error('why'),
      ['__proto__']: 1,
    };

    expect(JSON.parse(JSON.stringify(shown(value)))).toMatchObject({
      at: 'NaN',
      call: '[function]',
      big: '[bigint]',
      error: 'why',
    });
  });
});

describe('messages between two batches', () => {
  const sent = (subject: string) =>
    ({ subject, outcome: 'sent', tookMs: null, atMs: 1, request: '{}', reply: null }) as const;

  test('are one frame a subject', () => {
    const notes = new MessageNotes();
    for (let count = 0; count < 3; count += 1) notes.note(sent('hf.up.agent-1.7.heartbeat'));

    expect(notes.take()).toMatchObject({ frames: [{ agent: 'agent-1', count: 3 }], left: 0 });
    expect(notes.take().frames).toEqual([]);
  });

  test('are of so many subjects at most', () => {
    const notes = new MessageNotes();
    for (let number = 0; number <= subjectsMax; number += 1) notes.note(sent(`hf.x.${number}`));

    const { frames, left } = notes.take();

    expect([frames.length, left]).toEqual([subjectsMax, 1]);
  });
});

describe('a bus with a tap', () => {
  function tapped(isWatched: boolean) {
    const virtual = new Virtual();
    const broker = new MemoryBroker(virtual.clock, { delayMs: () => 5 });
    const notes: Parameters<Noting['sent']>[0][] = [];
    const noting = { isWatched, sent: (message) => notes.push(message) } as Pick<
      Noting,
      'sent'
    > as Noting;
    const server = broker.connect('server');
    const bus = tappedBus(broker.connect('client'), noting, virtual.clock);
    return { virtual, server, bus, notes };
  }

  test('tells what became of a request, such as that its command was stale', async () => {
    const { virtual, server, bus, notes } = tapped(true);
    server.subscribe('hf.down.agent-1.command', (message) => message.reply('{"type":"stale"}'));

    await virtual.settled(bus.request('hf.down.agent-1.command', '{}', 1_000));
    await virtual
      .settled(bus.request('hf.down.nobody.command', '{}', 1_000))
      .catch(() => undefined);

    expect(notes).toMatchObject([
      { outcome: 'answered', reply: '{"type":"stale"}', tookMs: 10 },
      { outcome: 'no responders', reply: null, tookMs: null },
    ]);
  });

  test('tells nothing while nobody watches', async () => {
    const { virtual, server, bus, notes } = tapped(false);
    server.subscribe('x', (message) => message.reply('y'));

    bus.publish('x', 'z');
    await virtual.settled(bus.request('x', 'z', 1_000));

    expect(notes).toEqual([]);
  });
});
