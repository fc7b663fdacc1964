import { describe, expect, test } from 'vitest';
import { initialContext } from '../../machines/load-balancer/context.ts';
import { nobody } from '../../machines/protocol/seat.ts';
import { EpochFloors } from '../../src/controller/records/epoch-floors.ts';

const id = 'lb-1';
/** A binding record, of which only the last epoch matters. */
const record = (lastEpoch: number): string =>
  JSON.stringify({ snapshot: { context: { lastEpoch } } });

/** The epoch that a record has to be told which names this one as its last; null where it is new enough. */
function toldTo(floors: EpochFloors, lastEpoch: number): number | null {
  const claim = floors.claim(id, { lastEpoch }, 5);
  return claim?.type === 'claim' ? claim.epoch : null;
}

const sources: readonly [string, (floors: EpochFloors, epoch: number) => void][] = [
  [
    'was committed here',
    (floors, lastEpoch) => floors.committed(id, { ...initialContext, lastEpoch }),
  ],
  ['stood in a record that was lost', (floors, epoch) => floors.lost(id, record(epoch))],
  ['an agent holds', (floors, epoch) => floors.claimed(id, epoch)],
  ['stood in a record that was removed', (floors, epoch) => floors.removed(id, record(epoch))],
];

describe.each(sources)('an epoch that %s', (_, learn) => {
  test('is told to a record that names an older one, as nobody’s claim', () => {
    const floors = new EpochFloors();
    learn(floors, 7);

    expect(floors.claim(id, { lastEpoch: 6 }, 5)).toEqual({
      type: 'claim',
      agent: nobody,
      incarnation: 1,
      epoch: 7,
      generation: 0,
      removed: false,
      at: 5,
    });
  });

  test('is not told to a record that names it, or a newer one, nor to another load balancer', () => {
    const floors = new EpochFloors();
    learn(floors, 7);

    expect([toldTo(floors, 7), toldTo(floors, 8)]).toEqual([null, null]);
    expect(floors.claim('lb-2', { lastEpoch: 0 }, 5)).toBeNull();
  });
});

test('the greatest epoch counts, in whatever order they were learnt', () => {
  for (const epochs of [
    [7, 9],
    [9, 7],
  ] as const) {
    const floors = new EpochFloors();
    for (const epoch of epochs) floors.claimed(id, epoch);
    floors.committed(id, { ...initialContext, lastEpoch: 8 });

    expect(toldTo(floors, 1)).toBe(9);
  }
});

test('a lost record that nobody can read says nothing', () => {
  const floors = new EpochFloors();

  floors.lost(id, 'not JSON');
  floors.lost(id, JSON.stringify({ snapshot: {} }));

  expect(toldTo(floors, 0)).toBeNull();
});

test('where another controller commits from now on, only what was seen counts', () => {
  const floors = new EpochFloors();
  floors.committed(id, { ...initialContext, lastEpoch: 9 });
  floors.claimed(id, 7);

  floors.abandon(id);

  expect(toldTo(floors, 1)).toBe(7);
});

test('what was known of a removed one goes on record as its last epoch, also without its record', () => {
  const floors = new EpochFloors();
  floors.committed(id, { ...initialContext, lastEpoch: 9 });
  floors.claimed(id, 10);

  floors.removed(id, null);

  expect(floors.removals.held(id).lastEpoch).toBe(10);
  expect(toldTo(floors, 1)).toBe(10);
});

describe('who held a load balancer by a lost record', () => {
  const bound = {
    ...initialContext,
    lastEpoch: 3,
    binding: { agent: 'agent-1', incarnation: 2, epoch: 3 },
    host: 'host-1',
    device: 'appliance',
    driver: 'memory',
  };
  const text = (context: typeof bound | typeof initialContext): string =>
    JSON.stringify({ snapshot: { context } });

  test('is its holder there', () => {
    const floors = new EpochFloors();

    floors.lost(id, text(bound));

    expect(floors.holder(id)).toEqual({
      ...bound.binding,
      host: 'host-1',
      device: 'appliance',
      shadows: [],
    });
  });

  test('is told with those whose end was not proven when he got it', () => {
    const floors = new EpochFloors();
    const shadows = [{ agent: 'agent-2', incarnation: 1, epoch: 2 }];

    floors.lost(id, text({ ...bound, shadows }));

    expect(floors.holder(id)).toMatchObject({ ...bound.binding, shadows });
  });

  test('is who held it by the newest record, whichever is told first', () => {
    const floors = new EpochFloors();
    const binding = { agent: 'agent-2', incarnation: 1, epoch: 4 };

    floors.lost(id, text({ ...bound, lastEpoch: 4, binding }));
    floors.lost(id, text(bound));

    expect(floors.holder(id)).toMatchObject(binding);
  });

  test('is its holder also where the whole record is gone, until a newer one names another', () => {
    const floors = new EpochFloors();
    const binding = { agent: 'agent-2', incarnation: 1, epoch: 4 };

    floors.removed(id, text(bound));
    const before = floors.holder(id);
    floors.committed(id, { ...bound, lastEpoch: 4, binding });

    expect(before).toMatchObject(bound.binding);
    expect(floors.holder(id)).toMatchObject(binding);
  });
});
