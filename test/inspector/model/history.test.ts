import { expect, test } from 'vitest';
import { framesMax } from '../../../machines/protocol/inspection.ts';
import { accountOf } from '../../../src/inspector/model/account-of.ts';
import { History } from '../../../src/inspector/model/history.ts';
import { InspectedWorld, sessionOf } from '../../../src/inspector/model/world.ts';
import { failoverBatches } from '../support/failover.ts';

const batches = failoverBatches();

function filled(limits: ConstructorParameters<typeof History>[0]): History {
  const history = new History(limits);
  for (const batch of batches) history.push(batch);
  return history;
}

function worldAfter(count: number): InspectedWorld {
  const world = new InspectedWorld();
  for (const batch of batches.slice(0, count)) world.apply(batch);
  return world;
}

const seen = ({ actors, nodes, faults, atMs }: InspectedWorld) => ({ actors, nodes, faults, atMs });

test('goes back to every moment, in any order', () => {
  const history = filled({ segmentFrames: 40 });
  const places = [history.last - 1, 3, 0, 77, 76, 78, 12];
  for (const place of places) {
    expect(seen(history.worldAt(place)), `place ${place}`).toEqual(seen(worldAfter(place + 1)));
  }
  expect(history.worldAt(history.last)).toBe(history.newest);
});

test('a world that was looked at is never changed by a later look', () => {
  const history = filled({ segmentFrames: 40 });
  const early = history.worldAt(20);
  const before = structuredClone(seen(early));
  history.worldAt(60);
  expect(seen(early)).toEqual(before);
});

test('forgets whole segments beyond its limit, and keeps the rest in order', () => {
  const history = filled({ framesMax: 120, segmentFrames: 40 });
  expect(history.isCut).toBe(true);
  expect(history.framesKept).toBeLessThanOrEqual(120);
  expect(seen(history.worldAt(0))).toEqual(seen(worldAfter(history.first + 1)));
  const numbers = [...history.entries()].map(({ number }) => number);
  expect(numbers[0]).toBe(history.firstEntry);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  expect(numbers.at(-1)).toBe(history.lastEntry);
});

test('finds the batch of a time, and the time of a batch', () => {
  const history = filled({ segmentFrames: 40 });
  for (const place of [0, 5, 50, history.last]) {
    const found = history.placeAt(history.timeAt(place));
    expect(history.timeAt(found)).toBe(history.timeAt(place));
    expect(found).toBeGreaterThanOrEqual(place);
  }
  expect(history.placeAt(-1)).toBe(0);
  expect(history.placeAt(1e9)).toBe(history.last);
});

test('what is told again after a lost connection is known, and changes nothing of what is shown', () => {
  const history = filled({});
  const [entries, places, before] = [history.lastEntry, history.last, seen(history.newest.clone())];

  history.restart();
  for (const batch of batches) {
    history.push(batch);
    expect(seen(history.newest)).toEqual(before);
  }
  history.caughtUp();

  expect([history.lastEntry, history.last]).toEqual([entries, places]);
});

test('what came meanwhile is told after it, and is news', () => {
  const half = Math.floor(batches.length / 2);
  const history = new History();
  for (const batch of batches.slice(0, half)) history.push(batch);

  history.restart();
  for (const batch of batches) history.push(batch);
  history.caughtUp();

  expect(seen(history.newest)).toEqual(seen(worldAfter(batches.length)));
  expect([...history.entries()]).toEqual([...filled({}).entries()]);
});

test('where it was forgotten meanwhile, the account that stands for it is taken, in all its parts', () => {
  const history = new History();
  history.push(batches[0]!);
  const whole = worldAfter(batches.length);
  const [some] = whole.actors.values();
  for (let index = 0; index < framesMax; index += 1) {
    const actor = { ...some!, id: `lb-${index}` };
    whole.actors.set(sessionOf(actor.node, actor.kind, actor.id), actor);
  }

  history.restart();
  for (const batch of accountOf(whole)) history.push(batch);
  history.caughtUp();

  expect(new Set(history.newest.actors.keys())).toEqual(new Set(whole.actors.keys()));
});

test('says where batches are missing, and where frames were left out', () => {
  const history = new History();
  const [first, , third] = batches.filter(({ node }) => node === 'ctl-1');
  history.push({ ...first!, dropped: 4 });
  history.push(third!);
  const gaps = [...history.entries()]
    .filter(({ kind }) => kind === 'gap')
    .map(({ title }) => title);
  expect(gaps).toEqual(['4 frames of ctl-1 were left out', '1 batches of ctl-1 never came']);
});
