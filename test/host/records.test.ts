import { describe, expect, test } from 'vitest';
import { recordBytesMax } from '../../src/ports/store.ts';
import { Envelope } from '../../src/host/record.ts';
import { Bench, hopMs } from './support/bench.ts';
import { Virtual } from './support/virtual.ts';

/** A bench whose store holds this text as the record of `a`, and whose actor was restored from it. */
async function restored(text: string, options: ConstructorParameters<typeof Bench>[0] = {}) {
  const virtual = new Virtual();
  const bench = new Bench({ virtual, ...options });
  const written = await virtual.settled(bench.store.create('a', text, 'by-hand'));
  if (!written.committed) throw new Error('the record could not be prepared');
  bench.host.restore('a', text, written.revision);
  await virtual.settleNow();
  return bench;
}

function recordOf(change: object, snapshot: object = {}): string {
  return JSON.stringify({
    schema: 1,
    machine: 'tiny',
    version: 1,
    write: 'by-hand',
    snapshot: {
      status: 'active',
      value: 'idle',
      historyValue: {},
      context: { count: 7, text: '', dueAt: null, fired: 0 },
      children: {},
      ...snapshot,
    },
    ...change,
  });
}

describe('a record', () => {
  test('holds what its actor needs to go on elsewhere', async () => {
    const first = new Bench();
    await first.born();
    await first.ask({ type: 'add' });

    const { revision, value } = first.store.snapshot()[0]!;
    const bench = new Bench({ virtual: first.virtual, store: first.store });
    bench.host.restore('a', value, revision);

    expect(bench.host.committedContext('a')).toMatchObject({ count: 1 });
    expect(await bench.ask({ type: 'say', word: 'hello' })).toBeNull();
    expect(bench.effects).toEqual([{ what: 'hello', count: 2, committedCount: 2 }]);
  });

  test('says who wrote it, and in which versions', async () => {
    const bench = new Bench();
    await bench.born();

    const envelope = Envelope.parse(JSON.parse(bench.text()!));

    expect(envelope).toMatchObject({ schema: 1, machine: 'tiny', version: 1 });
    expect(envelope.write).toBe(bench.sent[0]?.writeId);
  });

  test.each([
    ['a newer version of the machine', recordOf({ version: 2 }), 'upgrade it'],
    ['a newer envelope', recordOf({ schema: 2 }), 'schema'],
    ['another machine', recordOf({ machine: 'huge' }), "belongs to a 'huge' machine"],
    ['garbage', '{"schema":1', 'not JSON'],
    [
      'a record without a snapshot',
      '{"schema":1,"machine":"tiny","version":1,"write":"x"}',
      'snapshot',
    ],
    [
      'a context that does not fit',
      recordOf({}, { context: { count: 'many', text: '', dueAt: null, fired: 0 } }),
      'count',
    ],
    ['a state that the machine does not have', recordOf({}, { value: 'dancing' }), 'dancing'],
  ])('%s is refused with the reason and left untouched', async (_, text, reason) => {
    const bench = await restored(text);

    const answer = await bench.asking({ type: 'add' });
    await bench.virtual.run(60_000);

    const condition = bench.host.conditions().get('a');
    expect(condition).toMatchObject({ type: 'refused' });
    expect(JSON.stringify(condition)).toContain(reason);
    expect(answer).toBe('refused');
    expect(bench.text()).toBe(text);
    expect(bench.sent).toEqual([]);
    const line = bench.log.lines.find(({ level }) => level === 'error');
    expect(line?.message).toContain('the record a is left untouched');
  });

  test('of an older version migrates step by step, and is written anew with the next commit', async () => {
    const bench = await restored(recordOf({ version: 1 }, { context: { total: 3 } }), {
      version: 3,
      migrations: {
        1: (old) => ({ ...old, context: { count: old.context['total'] } }),
        2: (old) => ({ ...old, context: { ...old.context, text: '', dueAt: null, fired: 0 } }),
      },
    });

    const answer = await bench.ask({ type: 'add' });

    expect(answer).toBeNull();
    expect(JSON.parse(bench.text()!)).toMatchObject({
      version: 3,
      snapshot: { context: { count: 4, fired: 0 } },
    });
  });

  test('is written as an older version while processes may run that know no newer one', async () => {
    const older = recordOf({ version: 1 }, { context: { total: 3 } });
    const bench = await restored(older, {
      version: 2,
      writes: 1,
      migrations: {
        1: (old) => ({
          ...old,
          context: { count: old.context['total'], text: '', dueAt: null, fired: 0 },
        }),
      },
      waysBack: { 2: (now) => ({ ...now, context: { total: now.context['count'] } }) },
    });

    const answer = await bench.ask({ type: 'add' });

    expect(answer).toBeNull();
    expect(bench.host.context('a')).toMatchObject({ count: 4 });
    expect(JSON.parse(bench.text()!)).toMatchObject({
      version: 1,
      snapshot: { context: { total: 4 } },
    });
  });

  test('without a migration, or with one that fails, an older version is refused', async () => {
    const missing = await restored(recordOf({ version: 1 }), { version: 2 });
    const failing = await restored(recordOf({ version: 1 }), {
      version: 2,
      migrations: {
        1: () => {
          throw new Error('no such field');
        },
      },
    });

    expect(missing.host.conditions().get('a')).toMatchObject({
      type: 'refused',
      error: 'the record a is left untouched: there is no migration from version 1',
    });
    expect(failing.host.conditions().get('a')).toMatchObject({
      type: 'refused',
      error: 'the record a is left untouched: its migration from version 1 failed: no such field',
    });
  });
});

describe('the end of a machine', () => {
  test('removes the record, then answers, then is told', async () => {
    const bench = new Bench();
    await bench.born();

    const asked = bench.asking({ type: 'end' });
    await bench.virtual.run(hopMs - 1);
    const early = { ended: [...bench.ended], record: bench.record() !== null };
    const answer = await bench.virtual.settled(asked);

    expect(early).toEqual({ ended: [], record: true });
    expect(answer).toBeNull();
    expect(bench.record()).toBeNull();
    expect(bench.ended).toEqual(['a']);
    expect(bench.host.has('a')).toBe(false);
  });

  test.each(['unknown-committed', 'unknown-lost', 'unavailable'] as const)(
    'with the removal %s, it ends once',
    async (failure) => {
      const bench = new Bench();
      await bench.born();
      bench.store.failNext(failure);

      const answer = await bench.ask({ type: 'end' });
      await bench.virtual.run(60_000);

      expect(answer).toBeNull();
      expect(bench.record()).toBeNull();
      expect(bench.ended).toEqual(['a']);
    },
  );

  test('when someone else wrote meanwhile, its end is taken again on the newer record', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.foreignWrite({ count: 5 });

    const answer = await bench.ask({ type: 'end' });

    expect(answer).toBeNull();
    expect(bench.record()).toBeNull();
    expect(bench.ended).toEqual(['a']);
  });

  test('before its first commit, there is nothing to remove', async () => {
    const bench = new Bench();
    bench.host.birth('a');

    const answer = await bench.ask({ type: 'end' });
    await bench.virtual.run(1_000);

    expect(answer).toBeNull();
    expect(bench.record()).toBeNull();
    expect(bench.ended).toEqual(['a']);
  });
});

describe('the limit of a record', () => {
  /** The text that makes the actor's record exactly this large. */
  async function textFor(bench: Bench, bytes: number): Promise<string> {
    await bench.born();
    const bare = Buffer.byteLength(bench.text()!);
    return 'x'.repeat(bytes - bare);
  }

  test('is reached, not passed', async () => {
    const bench = new Bench();
    const text = await textFor(bench, recordBytesMax);

    const answer = await bench.ask({ type: 'fill', text });

    expect(answer).toBeNull();
    expect(Buffer.byteLength(bench.text()!)).toBe(recordBytesMax);
  });

  test('one byte more: shown as crashed, with both numbers, and nothing is half applied', async () => {
    const bench = new Bench();
    const text = await textFor(bench, recordBytesMax + 1);

    const told = bench.asking({ type: 'say', word: 'never' });
    const filled = bench.asking({ type: 'fill', text });
    const answers = await bench.virtual.settled(Promise.all([told, filled]));
    const condition = bench.host.conditions().get('a');
    await bench.virtual.run(60_000);

    expect(answers).toEqual(['crashed', 'crashed']);
    expect(condition).toMatchObject({ type: 'restarting' });
    expect(JSON.stringify(condition)).toContain(String(recordBytesMax));
    expect(bench.said()).toEqual([]);
    expect(bench.host.context('a')).toMatchObject({ count: 0, text: '' });
    expect(await bench.ask({ type: 'add' })).toBeNull();
  });
});
