import { describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { CutOffs, looksAwaited } from '../../src/controller/fleet/cut-offs.ts';

const timings = presets.lan;
const waitMs = looksAwaited * timings.reachMs;

/** Two agents of one device, and how well they have been heard. */
function fleetOfTwo() {
  const hearing = { nowMs: 1_000, gaps: 0 };
  const reach = new Map<string, string | null>([
    ['agent-1', null],
    ['agent-2', null],
  ]);
  const isLost = () => [...reach.values()].some((lost) => lost !== null);
  const current = () => ({ incarnation: 1 }) as never;
  const fleet = {
    hearing: () => hearing,
    lostDevices: () => (isLost() ? new Map([['appliance', new Map(reach)]]) : new Map()),
    current,
  };
  const cutOffs = new CutOffs({ timings, fleet });
  const due = () => cutOffs.due().map(({ id }) => id);
  return { cutOffs, due, hearing, reach };
}

describe('an agent that has lost a device which another one reaches', () => {
  test('is cut off once it is heard for so many looks, and not a millisecond earlier', () => {
    const { due, hearing, reach } = fleetOfTwo();
    reach.set('agent-1', 'its cable is out');

    const atOnce = due();
    hearing.nowMs += waitMs - 1;
    const before = due();
    hearing.nowMs += 1;

    expect([atOnce, before, due()]).toEqual([[], [], ['agent-1']]);
  });

  test('has its time anew after a gap in hearing, however short', () => {
    const { due, hearing, reach } = fleetOfTwo();
    reach.set('agent-1', 'its cable is out');
    due();

    hearing.nowMs += waitMs;
    hearing.gaps += 1;
    const afterTheGap = due();
    hearing.nowMs += waitMs;

    expect([afterTheGap, due()]).toEqual([[], ['agent-1']]);
  });

  test('is not cut off while the other one has not reached it for as long', () => {
    const { due, hearing, reach } = fleetOfTwo();
    reach.set('agent-1', 'its cable is out');
    reach.set('agent-2', 'the device is down');
    due();

    hearing.nowMs += waitMs;
    reach.set('agent-2', null);
    const asItComesBack = due();
    hearing.nowMs += waitMs;

    expect([asItComesBack, due()]).toEqual([[], ['agent-1']]);
  });
});
