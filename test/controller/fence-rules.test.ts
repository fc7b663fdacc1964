import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FencedError, type Marker } from '../../drivers/contract/errors.ts';
import { admitApply, admitRemove } from '../../drivers/contract/fence.ts';

describe('R7: the device keeps two monotone numbers', () => {
  const marker = (epoch: number, generation: number, removed = false): Marker => ({
    epoch,
    generation,
    removed,
  });

  test('V4: a late call of an older generation writes nothing', () => {
    expect(admitApply(marker(1, 2), { epoch: 1, generation: 1 })).toEqual({
      marker: marker(1, 2),
      writeContent: false,
    });
  });

  test('V5: a newer epoch with an older generation claims the epoch and leaves the content', () => {
    expect(admitApply(marker(1, 2), { epoch: 2, generation: 1 })).toEqual({
      marker: marker(2, 2),
      writeContent: false,
    });
  });

  test('an older epoch is refused with what the device knows, whatever its generation', () => {
    expect(() => admitApply(marker(2, 1), { epoch: 1, generation: 9 })).toThrow(FencedError);
  });

  test('in every order of calls, both numbers only grow', () => {
    const call = fc.record({
      epoch: fc.nat(5),
      generation: fc.nat(5),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(call), (calls) => {
        let held: Marker | null = null;
        for (const { remove, ...asked } of calls) {
          const before: Marker | null = held;
          try {
            held = remove ? admitRemove(held, asked) : admitApply(held, asked).marker;
          } catch (error) {
            expect(error).toBeInstanceOf(FencedError);
          }
          expect(held?.epoch ?? 0).toBeGreaterThanOrEqual(before?.epoch ?? 0);
          expect(held?.generation ?? 0).toBeGreaterThanOrEqual(before?.generation ?? 0);
          if (before?.removed === true) expect(held).toEqual(before);
        }
      }),
      { seed: 1 },
    );
  });
});

describe('R8: a removal leaves a tombstone', () => {
  test('V6: its tombstone refuses every later life, whatever its epoch', () => {
    const tombstone = admitRemove(
      { epoch: 1, generation: 1, removed: false },
      { epoch: 2, generation: 2 },
    );

    expect(() => admitApply(tombstone, { epoch: 1, generation: 1 })).toThrow(FencedError);
    expect(() => admitApply(tombstone, { epoch: 99, generation: 99 })).toThrow(FencedError);
  });
});
