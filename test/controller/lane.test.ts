import { describe, expect, test } from 'vitest';
import { headStartMs, Lane, toldAtOnce } from '../../src/controller/lane.ts';
import { Virtual } from '../host/support/virtual.ts';

function laneOf(count: number) {
  const virtual = new Virtual();
  const ids = Array.from({ length: count }, (_, index) => `lb-${index}`);
  const told: (readonly string[])[] = [];
  const lane = new Lane(virtual.clock, ids, (those) => told.push(those));
  return { virtual, ids, told, lane };
}

describe('those that one standby takes over', () => {
  test('are told together, when the last of a few was answered', () => {
    const { lane, told } = laneOf(3);

    lane.arrived('lb-1');
    lane.arrived('lb-0');
    const before = told.length;
    lane.arrived('lb-2');

    expect(before).toBe(0);
    expect(told).toEqual([['lb-1', 'lb-0', 'lb-2']]);
    expect(lane.isOver).toBe(true);
    expect(lane.signal.aborted).toBe(true);
  });

  test(`are told by ${toldAtOnce}, where there are more`, () => {
    const { lane, ids, told } = laneOf(toldAtOnce + 2);

    for (const id of ids.slice(0, toldAtOnce - 1)) lane.arrived(id);
    const before = told.length;
    lane.arrived(ids[toldAtOnce - 1]!);
    const first = told.length;
    for (const id of ids.slice(toldAtOnce)) lane.arrived(id);

    expect([before, first]).toEqual([0, 1]);
    expect(told).toEqual([ids.slice(0, toldAtOnce), ids.slice(toldAtOnce)]);
  });

  test('are told once each, however often their answers come', () => {
    const { lane, told } = laneOf(2);

    for (const id of ['lb-0', 'lb-0', 'lb-1', 'lb-1']) lane.arrived(id);

    expect(told.flat()).toEqual(['lb-0', 'lb-1']);
  });

  test('are all told when none was answered for the length of a head start', async () => {
    const { lane, virtual, told } = laneOf(3);

    await virtual.run(headStartMs - 1);
    lane.arrived('lb-1');
    await virtual.run(headStartMs - 1);
    const before = told.length;
    await virtual.run(1);

    expect(before).toBe(0);
    expect(told).toEqual([['lb-1', 'lb-0', 'lb-2']]);
    expect(lane.signal.aborted).toBe(true);
  });

  test('are left alone once it is stopped', async () => {
    const { lane, virtual, told } = laneOf(3);

    lane.arrived('lb-1');
    lane.stop();
    await virtual.run(2 * headStartMs);

    expect(told.flat()).toEqual([]);
    expect(lane.signal.aborted).toBe(true);
  });
});
