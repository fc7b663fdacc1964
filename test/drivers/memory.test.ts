import { describe, expect, test } from 'vitest';
import { driverConformance } from '../../drivers/contract/conformance.ts';
import type { DeviceNotice } from '../../drivers/contract/driver.ts';
import {
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../../drivers/contract/errors.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import { memoryModule } from '../../drivers/memory/module.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { listener, loadBalancerDocument, member, pool } from '../fixtures/documents.ts';
import { driverContext } from './support/context.ts';
import { memoryHarness } from './support/memory-harness.ts';

const conformance = driverConformance('memory', {
  async makeHarness() {
    const device = new MemoryDevice({ clock: systemClock });
    const audit = { clock: systemClock, auditMs: 10 };
    return memoryHarness(device, { connect: async (agent) => memoryDriver(device, agent, audit) });
  },
});

describe('the memory driver conforms', () => {
  for (const { title, run } of conformance) test(title, run);
});

function target(epoch: number, generation: number) {
  const document = loadBalancerDocument();
  return { id: document.id, epoch, generation, document };
}

describe('the memory device', () => {
  test('logs who did what, refusals too', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const [a, b] = [memoryDriver(device, 'a'), memoryDriver(device, 'b')];
    const first = target(1, 3);

    await a.apply(first);
    await b.apply({ ...first, epoch: 2, generation: 2 });
    await expect(a.apply(first)).rejects.toMatchObject({ kind: 'fenced' });
    await b.remove({ ...first, epoch: 2 });

    const told = device.log.map(({ agent, kind, epoch }) => `${agent} ${kind} ${epoch}`);
    expect(told).toEqual(['a applied 1', 'b claimed 2', 'a refused 1', 'b removed 2']);
    expect(device.log.every((entry) => entry.lb === first.id)).toBe(true);
  });

  test('executes a call when its latency has passed, so a late one meets what came before', async () => {
    const device = new MemoryDevice({
      clock: systemClock,
      latency: ({ agent }) => ({ beforeMs: agent === 'slow' ? 50 : 0, afterMs: 0 }),
    });
    const first = target(1, 1);

    const late = memoryDriver(device, 'slow').apply(first);
    await memoryDriver(device, 'quick').apply({ ...first, epoch: 2 });

    await expect(late).rejects.toMatchObject({ kind: 'fenced', marker: { epoch: 2 } });
  });

  test('refuses one load balancer for good in its own words, and no other', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const driver = memoryDriver(device, 'a');
    const [bad, good] = [target(1, 1), target(1, 1)];
    device.trouble.refuse(bad.id, 'no such VLAN');

    await expect(driver.apply(bad)).rejects.toThrow(new PermanentError('no such VLAN'));
    await expect(driver.apply(good)).resolves.toMatchObject({ contentApplied: true });
  });

  test('fails the next calls as busy without a change, or as unknown after the change', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const driver = memoryDriver(device, 'a');
    const first = target(1, 1);

    device.trouble.failNext(1, 'retryable');
    await expect(driver.apply(first)).rejects.toBeInstanceOf(RetryableError);
    expect(device.peek(first.id)).toBeNull();

    device.trouble.failNext(1, 'unknown');
    await expect(driver.apply(first)).rejects.toBeInstanceOf(UnknownOutcomeError);
    expect(device.peek(first.id)).toMatchObject({ running: true, marker: { generation: 1 } });
  });

  test('reports by the document who serves', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const members = [member(), member({ weight: 0 }), member({ admin_state_up: false })];
    const web = pool({ members });
    const idle = pool();
    const front = listener({ default_pool_id: web.id });
    const document = loadBalancerDocument({ listeners: [front], pools: [web, idle] });

    const { operating } = await memoryDriver(device, 'a').apply({
      id: document.id,
      epoch: 1,
      generation: 1,
      document,
    });

    expect(operating.pools).toEqual({ [web.id]: 'ONLINE', [idle.id]: 'OFFLINE' });
    expect(members.map(({ id }) => operating.members[id])).toEqual([
      'NO_MONITOR',
      'DRAINING',
      'OFFLINE',
    ]);
  });

  test('writes half, or nothing, where it is told to fail so, and an audit finds it', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const driver = memoryDriver(device, 'a', { clock: systemClock, auditMs: 10 });
    const first = target(1, 1);

    device.trouble.failNext(1, 'partial');
    await expect(driver.apply(first)).rejects.toBeInstanceOf(UnknownOutcomeError);
    expect(device.peek(first.id)?.marker).toEqual({ epoch: 1, generation: 0, removed: false });
    expect(device.content(first.id)?.pools).toEqual([]);
    await driver.apply(first);

    device.trouble.failNext(1, 'lie');
    const lie = await driver.apply({ ...first, generation: 2 });
    expect(lie).toMatchObject({ contentApplied: true, marker: { generation: 2 } });
    expect(device.peek(first.id)?.marker.generation).toBe(1);
    const notice = await new Promise<DeviceNotice>((resolve) => driver.watch(first.id, resolve));
    expect(notice.type).toBe('drifted');
    await driver.close();
  });

  test('takes no more than it has room for, and no more calls than it can answer', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const driver = memoryDriver(device, 'a');
    const first = target(1, 1);
    await driver.apply(first);

    device.trouble.setCapacity(1);
    await expect(driver.apply(target(1, 1))).rejects.toThrow(/full/);
    await expect(driver.apply({ ...first, generation: 2 })).resolves.toBeDefined();
    device.trouble.limitRate(1);
    await driver.apply(first);
    const refused = await driver.apply(first).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RetryableError);
    expect((refused as RetryableError).retryAfterMs).toBeGreaterThan(0);
  });

  test.each([
    ['all', { running: true }, true],
    ['disk', { running: false }, true],
    ['nothing', null, false],
  ] as const)('comes up with %s', async (kept, known, content) => {
    const served: (string | null)[] = [];
    const device = new MemoryDevice({
      clock: systemClock,
      onServing: (_, agent) => served.push(agent),
    });
    const first = target(1, 1);
    await memoryDriver(device, 'a').apply(first);

    device.halt('it boots');
    await expect(memoryDriver(device, 'a').apply(first)).rejects.toThrow('it boots');
    device.boot(kept);

    if (known === null) expect(device.peek(first.id)).toBeNull();
    else expect(device.peek(first.id)).toMatchObject(known);
    expect(device.content(first.id) !== null).toBe(content);
    expect(served).toEqual(kept === 'all' ? ['a', null, 'a'] : ['a', null]);
  });

  test('loses what is on its way when it goes down', async () => {
    const device = new MemoryDevice({
      clock: systemClock,
      latency: () => ({ beforeMs: 20, afterMs: 0 }),
    });
    const first = target(1, 1);

    const call = memoryDriver(device, 'a').apply(first);
    device.halt('it boots');
    device.boot('all');

    await expect(call).rejects.toBeInstanceOf(UnknownOutcomeError);
    expect(device.peek(first.id)).toBeNull();
  });

  test('without a conditional write lets a late one in, and says that it raced', async () => {
    const ages = [0, 40, 0];
    const device = new MemoryDevice({
      clock: systemClock,
      markerAgeMs: () => ages.shift() ?? 0,
    });
    const [old, next] = [memoryDriver(device, 'old'), memoryDriver(device, 'next')];
    const first = target(1, 1);
    await old.apply(first);

    const late = old.apply({ ...first, generation: 2 });
    await next.apply({ ...first, epoch: 2, generation: 3 });
    await late;

    expect(device.peek(first.id)?.marker).toMatchObject({ epoch: 1, generation: 2 });
    expect(device.log.map(({ agent, raced }) => [agent, raced])).toEqual([
      ['old', undefined],
      ['next', undefined],
      ['old', true],
    ]);
  });

  test('is unreachable to probes and calls while it is cut off', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const driver = memoryDriver(device, 'a');
    device.trouble.setUnreachable('the management port is down');

    expect(await driver.probe()).toEqual({
      reachable: false,
      reason: 'the management port is down',
    });
    await expect(driver.apply(target(1, 1))).rejects.toBeInstanceOf(RetryableError);
  });
});

describe('the options of the memory driver', () => {
  test('drivers that name the same device share it', async () => {
    const [a, b] = await Promise.all(
      ['a', 'b'].map((agent) =>
        memoryModule.create(driverContext(agent, { device: 'shared by this test' })),
      ),
    );
    const first = target(2, 1);

    await a!.apply(first);

    await expect(b!.apply({ ...first, epoch: 1 })).rejects.toMatchObject({ kind: 'fenced' });
  });

  test('what is wrong is named, with what would be right', async () => {
    const wrong = [{ device: { url: 'http://10.0.0.1:80' } }, { devices: 'x' }, { device: 7 }];
    for (const options of wrong) {
      await expect(memoryModule.create(driverContext('a', options))).rejects.toThrow(/device/);
    }
  });
});
