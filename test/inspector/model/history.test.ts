import { expect, test } from 'vitest';
import { History } from '../../../src/inspector/model/history.ts';
import { InspectedWorld } from '../../../src/inspector/model/world.ts';
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

test('what is told again after a lost connection is known, and no news', () => {
  const history = filled({});
  const entries = history.lastEntry;
  history.restart();
  expect(history.newest.actors.size).toBe(0);
  for (const batch of batches) history.push(batch);
  expect(history.lastEntry).toBe(entries);
  expect(history.newest.actors).toEqual(worldAfter(batches.length).actors);
  expect(history.worldAt(batches.length - 2).actors.size).toBeGreaterThan(0);
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
