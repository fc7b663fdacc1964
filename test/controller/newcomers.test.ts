import { describe, expect, test } from 'vitest';
import { Newcomers } from '../../src/controller/placement/newcomers.ts';
import { Virtual } from '../host/support/virtual.ts';

const id = 'lb-1';
const quietMs = 1_600;

function bench() {
  const virtual = new Virtual();
  const settled: string[] = [];
  const newcomers = new Newcomers({
    clock: virtual.clock,
    quietMs,
    awayMs: 3_000,
    settled: (one) => settled.push(one),
  });
  return { virtual, newcomers, settled };
}

describe('one whose time is over', () => {
  async function settledOne() {
    const started = bench();
    started.newcomers.adopted(id);
    await started.virtual.run(quietMs);
    expect(started.newcomers.has(id)).toBe(false);
    started.settled.length = 0;
    return started;
  }

  test('waits once more for an agent of its record that has started anew, until that one claims it', async () => {
    const { newcomers, settled } = await settledOne();

    newcomers.returned(id, 'agent-1');
    expect(newcomers.has(id)).toBe(true);
    newcomers.claimed(id, 'agent-2');
    expect(newcomers.has(id)).toBe(true);
    newcomers.claimed(id, 'agent-1');

    expect(newcomers.has(id)).toBe(false);
    expect(settled).toEqual([id]);
  });

  test('waits for that as long as at first, and not again the next time', async () => {
    const { virtual, newcomers, settled } = await settledOne();

    newcomers.returned(id, 'agent-1');
    await virtual.run(quietMs - 1);
    expect(newcomers.has(id)).toBe(true);
    await virtual.run(1);
    newcomers.returned(id, 'agent-1');

    expect(newcomers.has(id)).toBe(false);
    expect(settled).toEqual([id]);
  });

  test('waits for its holder also where its standby was back before, and goes on when both have claimed', async () => {
    const { newcomers, settled } = await settledOne();

    newcomers.returned(id, 'standby');
    newcomers.returned(id, 'holder');
    newcomers.claimed(id, 'standby');
    expect(newcomers.has(id)).toBe(true);
    newcomers.claimed(id, 'holder');

    expect(newcomers.has(id)).toBe(false);
    expect(settled).toEqual([id]);
  });

  test('waits for nobody once another controller owns it', async () => {
    const { virtual, newcomers } = await settledOne();

    newcomers.returned(id, 'agent-1');
    newcomers.forget(id);
    newcomers.returned(id, 'agent-2');

    expect(newcomers.has(id)).toBe(false);
    expect(virtual.pending()).toBe(0);
  });
});

test('who is back just before the time of all is over has as long for itself', async () => {
  const { virtual, newcomers, settled } = bench();
  newcomers.adopted(id);
  await virtual.run(quietMs - 1);

  newcomers.returned(id, 'agent-1');
  await virtual.run(quietMs - 1);
  expect(newcomers.has(id)).toBe(true);
  await virtual.run(1);

  expect(newcomers.has(id)).toBe(false);
  expect(settled).toEqual([id]);
});

test('a claim does not end the time that all agents have', async () => {
  const { virtual, newcomers, settled } = bench();
  newcomers.adopted(id);

  newcomers.returned(id, 'agent-1');
  newcomers.claimed(id, 'agent-1');
  await virtual.run(quietMs - 1);

  expect(newcomers.has(id)).toBe(true);
  expect(settled).toEqual([]);
});

test('what was never new waits for nobody who has started anew', () => {
  const { newcomers } = bench();

  newcomers.returned(id, 'agent-1');

  expect(newcomers.has(id)).toBe(false);
});
