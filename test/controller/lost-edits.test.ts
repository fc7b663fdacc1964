import { describe, expect, test } from 'vitest';
import type { DesiredDocuments } from '../../src/controller/records/desired-documents.ts';
import { DocumentsBench as Bench } from './support/documents-bench.ts';

describe('an owner whose newest edits the store has lost', () => {
  test('writes them again on what it knows', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.run(1_000);
    await bench.virtual.settled(bench.tag(owner, 'acknowledged'));

    bench.store.losePower(500);
    await bench.virtual.settled(owner.lost(bench.id));

    expect(bench.record()).toMatchObject({ generation: 2, document: { tags: ['acknowledged'] } });
  });

  test('leaves alone what somebody else has made of what was left', async () => {
    const bench = new Bench();
    const owner = await bench.created();
    await bench.virtual.run(1_000);
    await bench.virtual.settled(bench.tag(owner, 'first'));
    await bench.virtual.settled(bench.tag(owner, 'second'));

    bench.store.losePower(500);
    await bench.virtual.settled(bench.tag(bench.rival(), 'newer'));
    await bench.virtual.settled(owner.lost(bench.id));

    expect(bench.record()).toMatchObject({ generation: 2, document: { tags: ['newer'] } });
    expect(owner.get(bench.id)?.record.generation).toBe(2);
  });

  test('tells its actor of what somebody else was faster with, under the revision that was lost', async () => {
    const bench = new Bench();
    const told: number[] = [];
    const owner = bench.owner('x', (generation) => told.push(generation));
    await bench.virtual.settled(bench.create(owner));
    await bench.virtual.run(1_000);
    await bench.virtual.settled(bench.tag(owner, 'acknowledged'));

    bench.store.losePower(500);
    const anew = bench.rival().edit(bench.id, 'anew', ({ status, driver, document }) => {
      return { status, driver, document, generation: 3 };
    });
    await bench.virtual.settled(Promise.all([anew, owner.lost(bench.id)]));

    expect(bench.record().generation).toBe(3);
    expect(owner.get(bench.id)?.record.generation).toBe(3);
    expect(told).toEqual([1, 2, 3]);
  });

  test.each([
    ['a watch tells of the loss', (owner, id) => owner.lostElsewhere(id)],
    [
      'its shard is gone, and no watch had told of what was acknowledged',
      (owner, id) => {
        owner.forget(id);
        owner.resumed(
          () => null,
          () => undefined,
        );
      },
    ],
  ] satisfies [string, (owner: DesiredDocuments, id: string) => void][])(
    'does not replace what another owner has made of what was left, under the revision that was lost: %s',
    async (_, learn) => {
      const bench = new Bench();
      const owner = await bench.created();
      await bench.virtual.run(1_000);
      await bench.virtual.settled(bench.tag(owner, 'lost'));

      bench.store.losePower(500);
      bench.store.loseLeader();
      const late = bench.tag(owner, 'late');
      await bench.virtual.run(100);
      learn(owner, bench.id);
      bench.store.electLeader();
      await bench.virtual.settled(Promise.all([bench.tag(bench.rival(), 'newer'), late]));

      expect(bench.record().document.tags).toEqual(['newer', 'late']);
    },
  );

  test('goes on with a creation that has to wait for the store, which replaces nothing', async () => {
    const bench = new Bench();
    const owner = bench.owner('x');
    bench.store.loseLeader();
    const created = bench.create(owner);
    await bench.virtual.run(100);

    owner.resumed(
      () => null,
      () => undefined,
    );
    bench.store.electLeader();

    expect(await bench.virtual.settled(created)).toBe(1);
    expect(bench.record()).toMatchObject({ status: 'live', generation: 1 });
  });
});
