import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import {
  claimsMax,
  type Heartbeat,
  type HeartbeatReply,
} from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { MemoryJournal } from '../../src/adapters/memory-journal.ts';
import { drawnAboveMax, nextIncarnation } from '../../src/agent/incarnation.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

describe('an agent’s lease', () => {
  test('begins with the registration, which says what the agent can do', async () => {
    const bench = await AgentBench.serving();

    expect(bench.registered).toEqual([
      {
        agent: 'agent-1',
        incarnation: 5,
        description: {
          host: 'host-1',
          devices: [{ device: 'memory', capacity: null, lost: null }],
          edition: 1,
          zone: null,
          capacity: null,
          addresses: [],
          version: 'test',
        },
      },
    ]);
  });

  test('is renewed by numbered heartbeats', async () => {
    const bench = await AgentBench.serving();

    await bench.virtual.run(10 * presets.lan.heartbeatMs);

    expect(bench.agent.state).toBe('serving');
    expect(bench.beats.map(({ sequence }) => sequence).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(bench.beats.length).toBeGreaterThanOrEqual(9);
    expect(bench.beats.length).toBeLessThanOrEqual(11);
  });

  test.each([
    ['of an earlier heartbeat', { sequence: 1 }],
    ['of another incarnation', { incarnation: 4 }],
    ['of another agent', { agent: 'agent-2' }],
  ])('R13: is not renewed by the acknowledgement %s', async (_, change) => {
    const bench = await AgentBench.serving();
    await bench.virtual.run(2 * presets.lan.heartbeatMs);
    bench.answer = (beat) => bench.acknowledge(beat, change);

    await bench.reach('isolated');

    expect(bench.agent.counters.unexpected).toBe(0);
  });

  test('counts from the sending of the last acknowledged heartbeat', async () => {
    const bench = await AgentBench.serving();
    await bench.virtual.run(2_000);
    const lastSentMs = bench.virtual.time.nowMs;
    bench.answer = () => null;

    await bench.reach('isolated');

    const heldMs = bench.virtual.time.nowMs - lastSentMs;
    expect(heldMs).toBeGreaterThanOrEqual(presets.lan.leaseMs - presets.lan.heartbeatMs);
    expect(heldMs).toBeLessThanOrEqual(presets.lan.leaseMs + presets.lan.heartbeatMs);
  });

  test('that ended is renewed by the next acknowledgement', async () => {
    const bench = await AgentBench.serving();
    bench.answer = () => null;
    await bench.reach('isolated');

    bench.answer = (beat) => bench.acknowledge(beat);
    await bench.reach('serving');

    expect(bench.registered).toHaveLength(1);
  });

  test('an isolated agent goes on driving what it holds', async () => {
    const bench = await AgentBench.serving();
    bench.answer = () => null;
    await bench.reach('isolated');

    expect(await bench.command()).toMatchObject({ type: 'applied' });
  });

  test('that its judge does not know is registered anew', async () => {
    const bench = await AgentBench.serving();
    bench.answer = () => ({ type: 'unknown' });
    await bench.virtual.until('it asks again', () => bench.registered.length === 2);
    bench.answer = (beat) => bench.acknowledge(beat);

    await bench.reach('serving');
    expect(bench.registered[1]?.incarnation).toBe(5);
  });

  test('that its judge ended goes on under a higher incarnation, on disk before it is told', async () => {
    const bench = await AgentBench.serving();
    await bench.command({ epoch: 3 });
    bench.answer = () => ({ type: 'ended', incarnation: 9, reason: 'declared dead' });

    await bench.virtual.until('it is registered anew', () => bench.registered.length === 2);
    const stored = (await bench.journal.load()).get('incarnation');
    bench.answer = (beat) => bench.acknowledge(beat);
    await bench.virtual.until('it beats again', () => (bench.beats.at(-1)?.incarnation ?? 0) > 9);

    // Of the ninth it knew nothing, nor does it of what it may have been after that.
    expect(bench.registered[1]?.incarnation).toBe(bench.beats.at(-1)?.incarnation);
    expect(stored).toBe(String(bench.registered[1]?.incarnation));
    // What it held under its former incarnation is in question until a record names it again.
    expect(bench.beats.at(-1)?.claims).toMatchObject([{ epoch: 3, generation: 1 }]);
  });

  test('that something is served under ends for good, also where the next incarnation is not on disk at once', async () => {
    const bench = new AgentBench((driver) => ({
      ...driver,
      descriptor: { ...driver.descriptor, fence: 'none' },
    }));
    bench.agent.start();
    await bench.reach('serving');
    const save = bench.journal.save.bind(bench.journal);
    let failures = 0;
    bench.journal.save = (key, value) => {
      if (key !== 'incarnation' || failures > 0) return save(key, value);
      failures += 1;
      return Promise.reject(new Error('ENOSPC: no space left on device'));
    };
    bench.answer = () => null;
    await bench.virtual.until('its journal has failed', () => failures === 1);
    bench.answer = (beat) => bench.acknowledge(beat);

    await bench.virtual.until('it has begun anew', () => bench.registered.length === 2);
    await bench.reach('serving');
    const document = loadBalancerDocument();
    const reply = await bench.command({ loadBalancer: document.id, document, epoch: 1 });

    expect(bench.registered.map(({ incarnation }) => incarnation)).toEqual([5, 6]);
    expect(reply).toMatchObject({ type: 'applied' });
  });

  test('of a broken connection goes on when it is back', async () => {
    const bench = await AgentBench.serving();
    bench.bus.disconnect();
    await bench.reach('isolated');

    bench.bus.reconnect();
    await bench.reach('serving');

    expect(bench.agent.incarnation).toBe(5);
  });
});

describe('an agent’s claims', () => {
  test('go with heartbeats, only so many with each, until a record settles them', async () => {
    const bench = await AgentBench.serving();
    const more = 5;
    for (let index = 0; index < claimsMax + more; index += 1) await bench.command({ grant: true });
    const beatsBefore = bench.beats.length;
    await bench.virtual.until('it beats', () => bench.beats.length > beatsBefore);
    const first = bench.beats.at(-1)?.claims ?? [];
    for (const { loadBalancer, epoch } of first) {
      const standing = { loadBalancer, epoch, holder: 'agent-1' };
      bench.judge.publish(subjects.down('agent-1', 'standing'), JSON.stringify(standing));
    }

    const beats = bench.beats.length;
    await bench.virtual.until('it beats again', () => bench.beats.length > beats);

    expect(first).toHaveLength(claimsMax);
    expect(bench.beats.at(-1)?.claims).toHaveLength(more);
  });
});

describe('a claim that its judge confirms', () => {
  const granted = async () => {
    const bench = await AgentBench.serving();
    await bench.command({ grant: true, epoch: 3 });
    return bench;
  };
  const confirm = (epoch: number) => (bench: AgentBench) => (beat: Heartbeat) =>
    bench.acknowledge(beat, {
      confirmed: beat.claims.map(({ loadBalancer }) => ({ loadBalancer, epoch })),
    });
  const nextClaims = async (bench: AgentBench) => {
    const beats = bench.beats.length;
    await bench.virtual.until('it beats twice', () => bench.beats.length === beats + 2);
    return bench.beats.slice(-2).map(({ claims }) => claims.length);
  };

  test('is not made again', async () => {
    const bench = await granted();
    bench.answer = confirm(3)(bench);

    expect(await nextClaims(bench)).toEqual([1, 0]);
    expect(bench.agent.devices().size).toBe(1);
  });

  test('is made again while only an older record is confirmed', async () => {
    const bench = await granted();
    bench.answer = confirm(2)(bench);

    expect(await nextClaims(bench)).toEqual([1, 1]);
  });

  test('is made again if the confirmation answers another heartbeat', async () => {
    const bench = await granted();
    bench.answer = (beat) => ({ ...confirm(3)(bench)(beat), sequence: 99 }) as HeartbeatReply;

    expect(await nextClaims(bench)).toEqual([1, 1]);
  });
});

describe('a command to an agent', () => {
  test('of another incarnation is refused with the present one', async () => {
    const bench = await AgentBench.serving();

    expect(await bench.command({ incarnation: 4 })).toEqual({ type: 'stale', incarnation: 5 });
    expect(bench.appliance.log).toEqual([]);
  });

  test('for a device that it does not drive is refused for good', async () => {
    const bench = await AgentBench.serving();

    expect(await bench.command({ device: 'other' })).toEqual({
      type: 'failed',
      kind: 'permanent',
      message: 'this agent does not drive the device other',
    });
  });

  test('a probe is answered with the incarnation', async () => {
    const bench = await AgentBench.serving();
    const asked = bench.judge.request(subjects.down('agent-1', 'probe'), '{}', 500);

    const reply = JSON.parse(await bench.virtual.settled(asked)) as unknown;
    expect(reply).toEqual({ agent: 'agent-1', incarnation: 5 });
  });
});

describe('an agent actor that crashes', () => {
  /** A driver with a bug: it throws, so many times, when it is asked whether its device is there. */
  const buggy =
    (times: number) =>
    (driver: Driver): Driver => {
      let left = times;
      return {
        ...driver,
        probe: () => {
          left -= 1;
          return left >= 0 ? Promise.reject(new TypeError('probe is broken')) : driver.probe();
        },
      };
    };

  test('begins anew, later each time, under the same incarnation', async () => {
    const bench = new AgentBench(buggy(3));

    bench.agent.start();
    await bench.reach('serving');

    const { restartMs } = presets.lan;
    expect(bench.virtual.time.nowMs).toBeGreaterThanOrEqual((1 + 2 + 4) * restartMs);
    expect(bench.registered.map(({ incarnation }) => incarnation)).toEqual([5]);
  });

  test('has one heart, not two', async () => {
    const bench = new AgentBench(buggy(1));
    bench.agent.start();
    await bench.reach('serving');

    await bench.virtual.run(10 * presets.lan.heartbeatMs);

    expect(bench.beats.length).toBeLessThanOrEqual(11);
  });

  test('can be ended, with nothing left behind', async () => {
    const bench = new AgentBench(buggy(1_000));
    bench.agent.start();
    await bench.virtual.run(1_000);

    await bench.virtual.settled(bench.agent.stop());
    await bench.virtual.run(10);

    expect(bench.virtual.pending()).toBe(0);
  });
});

describe('an agent that ends', () => {
  test('at once leaves no timer and no subscription, and what runs runs on', async () => {
    const bench = await AgentBench.serving();
    await bench.command();

    bench.agent.kill();
    await bench.virtual.run(10);
    const before = bench.beats.length;

    expect(bench.virtual.pending()).toBe(0);
    expect(bench.beats.length).toBe(before);
    expect(bench.appliance.log.map(({ kind }) => kind)).toEqual(['applied']);
    const asked = bench.judge.request(subjects.down('agent-1', 'probe'), '{}', 500);
    await expect(bench.virtual.settled(asked)).rejects.toMatchObject({ name: 'NoResponders' });
  });

  test('without a judge waits for its goodbye no longer than its time', async () => {
    const bench = await AgentBench.serving();
    const startedAt = bench.virtual.time.nowMs;

    await bench.virtual.settled(bench.agent.stop());

    expect(bench.agent.state).toBe('stopped');
    expect(bench.virtual.time.nowMs - startedAt).toBeLessThan(presets.lan.goodbyeMs + 1_000);
  });
});

describe('an incarnation', () => {
  /** Starts of one agent. */
  function starts() {
    const { virtual, journal } = new AgentBench();
    const random = new RandomStream(1, 'incarnations');
    const next = (from: Journal = journal, own?: number, told?: number) =>
      virtual.settled(nextIncarnation({ journal: from, clock: virtual.clock, random }, own, told));
    return { virtual, journal, next };
  }

  test('is higher at each start, and on disk before anybody hears of it', async () => {
    const { journal, next } = starts();

    const first = await next();
    const second = await next();
    const above = await next(journal, second + 100);

    expect(second).toBeGreaterThan(first);
    expect(second).toBeLessThanOrEqual(first + drawnAboveMax);
    expect(above).toBe(second + 101);
    expect((await journal.load()).get('incarnation')).toBe(String(above));
  });

  test('of an agent that lost the last lines of its journal is above all that it ever was', async () => {
    const { virtual, journal, next } = starts();
    const kept = await next();
    await virtual.run(60_000);
    const lost = await next();
    await virtual.run(60_000);

    await virtual.settled(journal.save('incarnation', String(kept)));

    expect(await next()).toBeGreaterThan(lost);
  });

  test('of an agent that lost its disk is above all that it ever was', async () => {
    const { virtual, next } = starts();
    const before = await next();
    await virtual.run(60_000);

    const lostDisk = new MemoryJournal(virtual.clock);
    expect(await next(lostDisk)).toBeGreaterThan(before);
  });

  test('is none that was lost with the journal, also while the clock is behind', async () => {
    const { virtual, journal, next } = starts();
    const ahead = virtual.clock.wallMs() + 3_600_000;
    const putBack = () => virtual.settled(journal.save('incarnation', String(ahead)));
    await putBack();
    const lost = await next();

    await putBack();

    expect(await next()).not.toBe(lost);
  });

  test('is none that was lost with the journal, also where only the judge knows of one before it', async () => {
    const { virtual, journal, next } = starts();
    const own = await next();
    const onRecord = own + 3_600_000;
    const lost = await next(journal, onRecord);

    await virtual.settled(journal.save('incarnation', String(own)));
    const told = await next(journal, own, onRecord);

    expect(told).toBeGreaterThan(onRecord);
    expect(told).not.toBe(lost);
  });

  test('is the very next of an agent that its judge tells nothing new', async () => {
    const { journal, next } = starts();
    const own = await next();

    expect(await next(journal, own, own)).toBe(own + 1);
  });
});
