import { createActor, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import { alarm } from '../../src/host/alarm.ts';
import { xstateClock } from '../../src/host/xstate-clock.ts';
import { HostTime } from '../../simulator/world/host-time.ts';
import { ProcessClock } from '../../simulator/world/virtual-clock.ts';
import { Virtual } from './support/virtual.ts';

/** An actor that waits for a wall time, on a host whose clock may be off, and can be begun anew. */
class Waiting {
  readonly virtual = new Virtual();
  readonly host = new HostTime(this.virtual.time);
  readonly clock = new ProcessClock(this.virtual.time, 'host', undefined, this.host);
  readonly rung: number[] = [];
  readonly life = {};
  readonly #logic;
  dueAt: number | null = null;

  constructor() {
    const ring = (): void => void this.rung.push(this.virtual.time.nowMs);
    this.#logic = setup({
      actors: {
        alarm: alarm({
          clock: this.clock,
          dueAt: () => this.dueAt,
          life: () => this.life,
          belief: () => ({ aheadMaxMs: 30_000, passedMaxMs: 5_000, graceMs: 1_000 }),
          event: () => ({ type: 'due' }),
        }),
      },
      actions: { ring },
    }).createMachine({ invoke: { src: 'alarm', id: 'alarm' }, on: { due: { actions: 'ring' } } });
  }

  start(): { stop(): void } {
    return createActor(this.#logic, {
      id: 'a',
      systemId: 'self',
      clock: xstateClock(this.clock),
    }).start();
  }
}

describe('an alarm for a wall time', () => {
  test('goes off at that time', async () => {
    const waiting = new Waiting();
    waiting.dueAt = waiting.clock.wallMs() + 5_000;

    waiting.start();
    await waiting.virtual.run(60_000);

    expect(waiting.rung).toEqual([5_000]);
  });

  // Cause: each process believed the wall clock of whoever had written the time.
  test.each([
    ['whose writer is an hour ahead', 3_600_000, 30_000],
    ['whose writer is an hour behind', -3_600_000, 1_000],
    ['that passed a moment ago', -4_000, 0],
  ])('%s is not believed too much', async (_, offMs, afterMs) => {
    const waiting = new Waiting();
    waiting.dueAt = waiting.clock.wallMs() + offMs;

    waiting.start();
    await waiting.virtual.run(60_000);

    expect(waiting.rung).toEqual([afterMs]);
  });

  // Cause: a state that is entered anew read the wall clock again, which had been set meanwhile.
  test.each([3_600_000, -3_600_000])(
    'is not moved by %d ms when the clock is set, also where the actor begins anew',
    async (offMs) => {
      const waiting = new Waiting();
      waiting.dueAt = waiting.clock.wallMs() + 5_000;
      const first = waiting.start();
      await waiting.virtual.run(2_000);

      waiting.host.setWallOffset(offMs);
      first.stop();
      waiting.start();
      await waiting.virtual.run(60_000);

      expect(waiting.rung).toEqual([5_000]);
    },
  );

  test('that has passed is not put off again by an actor that begins anew again and again', async () => {
    const waiting = new Waiting();
    waiting.dueAt = waiting.clock.wallMs() - 10_000;

    for (let times = 0; times < 4; times += 1) {
      const actor = waiting.start();
      await waiting.virtual.run(300);
      actor.stop();
    }

    expect(waiting.rung).toEqual([1_000]);
  });
});
