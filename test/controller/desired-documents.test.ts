import { describe, expect, test } from 'vitest';
import { operationIdsMax } from '../../machines/protocol/load-balancer-messages.ts';
import { editsWaitingMax } from '../../src/controller/records/desired-documents.ts';
import { DocumentsBench as Bench } from './support/documents-bench.ts';

describe('R5: an edit of unknown outcome', () => {
  test.each(['unknown-committed', 'unknown-lost'] as const)(
    '%s: happens once, and is answered',
    async (failure) => {
      const bench = new Bench();
      const owner = await bench.created();
      bench.store.failNext(failure);

      const revision = await bench.virtual.settled(bench.tag(owner, 'one'));

      expect(revision).toBe(2);
      expect(bench.record()).toMatchObject({ generation: 2, document: { tags: ['one'] } });
    },
  );

  test('V7: is not acknowledged because its generation is there: it must be in the record', async () => {
    const bench = new Bench();
    const x = await bench.created();
    const y = bench.rival();
    // X's write is lost on its way, and Y commits the same generation meanwhile.
    bench.store.failNext('unknown-lost');
    const lost = bench.tag(x, 'from x');
    await bench.virtual.run(1);
    await bench.virtual.settled(bench.tag(y, 'from y'));
    const meanwhile = bench.record();

    await bench.virtual.settled(lost);

    expect(meanwhile).toMatchObject({ generation: 2, document: { tags: ['from y'] } });
    expect(bench.record()).toMatchObject({
      generation: 3,
      document: { tags: ['from y', 'from x'] },
      operationIds: ['create', 'from y', 'from x'],
    });
  });

  test('that comes again under its operation id is recognised', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    const first = await bench.virtual.settled(bench.tag(owner, 'one'));
    const again = await bench.virtual.settled(bench.tag(owner, 'one'));

    expect(again).toBe(first);
    expect(bench.record().document.tags).toEqual(['one']);
  });

  test('that comes again after its controller died is recognised by the next', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.settled(bench.tag(owner, 'one'));

    await bench.virtual.settled(bench.tag(bench.rival(), 'one'));

    expect(bench.record()).toMatchObject({ generation: 2, document: { tags: ['one'] } });
  });

  test('the record remembers only so many operations', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    for (let index = 0; index < operationIdsMax + 5; index += 1) {
      await bench.virtual.settled(bench.tag(owner, `edit ${index}`));
    }

    expect(bench.record().operationIds).toHaveLength(operationIdsMax);
    expect(bench.record().operationIds.at(-1)).toBe(`edit ${operationIdsMax + 4}`);
  });
});

/** An owner that knows of a deletion, and reads what was there before it. */
async function deletedBefore() {
  const bench = new Bench();
  const before = await bench.created();
  await bench.virtual.run(1_000);
  await bench.purged(before);
  bench.store.line('').staleMs = 500;
  const told: number[] = [];
  const owner = bench.owner('z', (generation) => told.push(generation), true);
  return { bench, owner, told };
}

describe('a read that is answered from the past', () => {
  test('makes no edit of what a rival has changed since: it is asked again', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.run(1_000);
    await bench.virtual.settled(bench.tag(bench.rival(), 'one'));
    bench.store.line('').staleMs = 3_000;

    const again = bench.tag(owner, 'one');
    const revision = await bench.virtual.settled(again);

    expect(revision).toBe(2);
    expect(bench.record().document.tags).toEqual(['one']);
  });

  test('denies no load balancer that is there', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.settled(bench.tag(bench.rival(), 'one'));
    bench.store.line('').staleMs = 3_000;

    await bench.virtual.settled(bench.tag(owner, 'two'));

    expect(bench.record().document.tags).toEqual(['one', 'two']);
  });

  test('brings nothing back of which it is known that it was deleted for good', async () => {
    const { bench, owner, told } = await deletedBefore();

    const looked = await bench.virtual.settled(owner.look(bench.id));
    const edited = bench.virtual.settled(bench.tag(owner, 'late'));

    await expect(edited).rejects.toMatchObject({ status: 404 });
    expect(looked).toBeNull();
    expect(told).toEqual([]);
  });

  test('takes no creation for its own of which it is known that it was deleted for good', async () => {
    const { bench, owner, told } = await deletedBefore();

    const created = bench.virtual.settled(bench.create(owner));

    await expect(created).rejects.toMatchObject({ status: 409 });
    expect(told).toEqual([]);
  });

  test('keeps nobody from editing what is back, because the store has lost its deletion', async () => {
    const bench = new Bench();
    await bench.created();
    const told: number[] = [];
    const owner = bench.owner('z', (generation) => told.push(generation), true);

    await bench.virtual.settled(bench.tag(owner, 'deleted again'));

    expect(told).toEqual([2]);
    expect(bench.record().document.tags).toEqual(['deleted again']);
  });

  test('does not hide that a creation was one’s own', async () => {
    const bench = new Bench();
    await bench.created();
    bench.store.line('').staleMs = 3_000;

    expect(await bench.virtual.settled(bench.create(bench.owner('z')))).toBe(1);
  });
});

describe('a creation', () => {
  test('of an id that exists is refused', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    await expect(bench.create(owner, 'another')).rejects.toMatchObject({ status: 409 });
    const stranger = bench.create(bench.owner('z'), 'another');
    await expect(bench.virtual.settled(stranger)).rejects.toMatchObject({ status: 409 });
  });

  test('of an id that was deleted is refused, also by an owner that has not heard of it', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.purged(owner);

    const late = bench.create(bench.owner('z'), 'another');

    await expect(bench.virtual.settled(late)).rejects.toMatchObject({
      status: 409,
      message: `A load balancer with id ${bench.id} has been deleted.`,
    });
    expect(bench.store.snapshot()).toEqual([]);
  });

  test('that comes again is answered as before', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    expect(await bench.virtual.settled(bench.create(owner))).toBe(1);
  });
});

describe('edits of one load balancer', () => {
  test('follow each other', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    const revisions = await bench.virtual.settled(
      Promise.all(['a', 'b', 'c'].map((tag) => bench.tag(owner, tag))),
    );

    expect(revisions).toEqual([2, 3, 4]);
    expect(bench.record().document.tags).toEqual(['a', 'b', 'c']);
  });

  test('one that is refused does not hold up the next', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    const refused = owner.edit(bench.id, 'bad', () => {
      throw new Error('no');
    });
    refused.catch(() => undefined);
    await bench.virtual.settled(bench.tag(owner, 'good'));

    await expect(refused).rejects.toThrow('no');
    expect(bench.record().document.tags).toEqual(['good']);
  });

  test('wait only so many at a time', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    const waiting = Array.from({ length: editsWaitingMax }, (_, index) =>
      bench.tag(owner, `edit ${index}`),
    );
    const tooMany = bench.tag(owner, 'too many');
    tooMany.catch(() => undefined);

    await expect(tooMany).rejects.toMatchObject({ status: 503, retryAfterSeconds: 1 });
    await bench.virtual.settled(Promise.all(waiting));
    expect(bench.record().generation).toBe(editsWaitingMax + 1);
  });

  test('that would make the record too large are refused, and nothing is written', async () => {
    const bench = new Bench();
    const owner = await bench.created();

    const huge = bench.tag(owner, 'x'.repeat(600 * 1024), 'huge');

    await expect(bench.virtual.settled(huge)).rejects.toMatchObject({ status: 413 });
    expect(bench.record().generation).toBe(1);
  });

  test('of a load balancer that does not exist are refused', async () => {
    const bench = new Bench();

    const tagged = bench.tag(bench.owner('x'), 'one');

    await expect(bench.virtual.settled(tagged)).rejects.toMatchObject({ status: 404 });
  });

  test('end with the controller: whoever waits is told to try again', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    for (let refusal = 0; refusal < 50; refusal += 1) bench.store.failNext('unavailable');
    const waiting = bench.tag(owner, 'one');
    await bench.virtual.run(200);

    owner.stop();

    await expect(bench.virtual.settled(waiting)).rejects.toMatchObject({ status: 503 });
  });
});

describe('a purge', () => {
  test.each(['unknown-committed', 'unknown-lost', 'unavailable'] as const)(
    'whose answer is %s ends with the record gone',
    async (failure) => {
      const bench = new Bench();
      const owner = await bench.created();
      await bench.virtual.settled(bench.delete(owner));
      bench.store.failNext(failure);

      expect(await bench.virtual.settled(owner.purge(bench.id))).toBe(true);

      expect(bench.store.snapshot()).toEqual([]);
      expect(owner.get(bench.id)).toBeNull();
    },
  );

  test('of a record that someone else wrote meanwhile still happens', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.settled(bench.delete(owner));
    await bench.virtual.settled(bench.tag(bench.rival(), 'late'));

    expect(await bench.virtual.settled(owner.purge(bench.id))).toBe(true);

    expect(bench.store.snapshot()).toEqual([]);
  });

  test('leaves alone what is live again, because the store has lost its deletion meanwhile', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.run(1_000);
    await bench.virtual.settled(bench.delete(owner));

    const purged = owner.purge(bench.id);
    bench.store.losePower(500);

    expect(await bench.virtual.settled(purged)).toBe(false);
    expect(bench.record()).toMatchObject({ status: 'live', generation: 1 });
  });
});

test('a purge takes nothing away that a rival wrote under a revision that the store has lost', async () => {
  const bench = new Bench();
  const owner = await bench.created();
  await bench.virtual.run(1_000);
  await bench.virtual.settled(bench.delete(owner));
  const line = bench.store.line('');
  line.disconnect();
  const purged = owner.purge(bench.id);
  await bench.virtual.run(10);

  bench.store.losePower(500);
  line.connect();
  const rival = bench.tag(bench.rival(), 'kept');
  const told = owner.lost(bench.id);
  await bench.virtual.settled(Promise.all([rival, told]));

  expect(await bench.virtual.settled(purged)).toBe(false);
  expect(bench.record()).toMatchObject({ status: 'live', document: { tags: ['kept'] } });
});

test('an edit that a rival was faster with is told to the actor here, too', async () => {
  const bench = new Bench();
  const owner = await bench.created();
  const told: number[] = [];
  const rival = bench.rival((generation) => told.push(generation));

  const both = [bench.tag(owner, 'one'), bench.tag(rival, 'one')];
  const [first, second] = await bench.virtual.settled(Promise.all(both));

  expect(second).toBe(first);
  expect(told).toEqual([2]);
});
