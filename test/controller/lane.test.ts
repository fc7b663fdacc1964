import { describe, expect, test } from 'vitest';
import { headStartMs, Lane, untoldMostMs } from '../../src/controller/commands/lane.ts';
import { Virtual } from '../host/support/virtual.ts';

function laneOf(count: number) {
  const virtual = new Virtual();
  const ids = Array.from({ length: count }, (_, index) => `lb-${index}`);
  const told: (readonly string[])[] = [];
  const lane = new Lane(virtual.clock, ids, (those) => told.push(those));
  return { virtual, told, lane };
}

describe('those that one standby takes over', () => {
  test('are told together, when the last of them was answered', () => {
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

  test('are not kept from their answers for longer than they may be, while others are still commanded', async () => {
    const { lane, virtual, told } = laneOf(1_000);

    let next = 0;
    const stepMs = headStartMs / 4;
    const answerFor = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        lane.arrived(`lb-${next}`);
        next += 1;
        await virtual.run(stepMs);
      }
    };
    await answerFor(untoldMostMs - stepMs);
    lane.arrived('lb-999');
    await virtual.run(stepMs - 1);
    const before = told.length;
    await virtual.run(1);
    const first = told.flat();
    await answerFor(untoldMostMs);

    expect(before).toBe(0);
    expect(first).toContain('lb-0');
    expect(first.length).toBeLessThan(1_000);
    expect(told).toHaveLength(2);
    expect(lane.isOver).toBe(false);
  });

  test('are told at once where somebody waits, if they were answered', () => {
    const { lane, told } = laneOf(3);

    lane.arrived('lb-1');
    for (const id of ['lb-0', 'lb-1', 'lb-1', 'lb-other']) lane.hurry(id);
    lane.arrived('lb-0');
    lane.arrived('lb-2');

    expect(told).toEqual([['lb-1'], ['lb-0', 'lb-2']]);
  });

  test('are left alone once it is stopped', async () => {
    const { lane, virtual, told } = laneOf(3);

    lane.arrived('lb-1');
    lane.stop();
    await virtual.run(2 * untoldMostMs);

    expect(told).toEqual([]);
    expect(lane.signal.aborted).toBe(true);
    expect(virtual.pending()).toBe(0);
  });
});
