import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { driverConformance } from '../../drivers/contract/conformance.ts';
import type { DeviceNotice, Driver } from '../../drivers/contract/driver.ts';
import { RetryableError, UnknownOutcomeError } from '../../drivers/contract/errors.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { claimsMax } from '../../drivers/memory/device-protocol.ts';
import { startDeviceServer } from '../../drivers/memory/device-server.ts';
import { memoryModule } from '../../drivers/memory/module.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { driverContext } from './support/context.ts';
import { eventually } from './support/eventually.ts';
import { memoryHarness } from './support/memory-harness.ts';

function driverAt(url: string, agent: string, callTimeoutMs = 5_000): Promise<Driver> {
  return memoryModule.create(driverContext(agent, { device: { url, callTimeoutMs }, auditMs: 10 }));
}

const conformance = driverConformance('memory over HTTP', {
  async makeHarness() {
    const device = new MemoryDevice({ clock: systemClock });
    const server = await startDeviceServer(device, { port: 0 });
    return memoryHarness(device, {
      connect: (agent) => driverAt(server.url, agent),
      closeDevice: () => server.close(),
    });
  },
});

describe('the memory driver conforms over HTTP', () => {
  for (const { title, run } of conformance) test(title, run);
});

function target() {
  const document = loadBalancerDocument();
  return { id: document.id, epoch: 1, generation: 1, document };
}

async function setup() {
  const device = new MemoryDevice({ clock: systemClock });
  const server = await startDeviceServer(device, { port: 0 });
  const driver = await driverAt(server.url, 'a');
  onTestFinished(async () => {
    await driver.close();
    await server.close();
  });
  return { device, server, driver };
}

describe('whoever takes over sends only what the device does not have', () => {
  async function takeover(change: (device: MemoryDevice, id: string) => void) {
    const { device, server, driver } = await setup();
    const first = target();
    await driver.apply(first);
    change(device, first.id);
    const next = await driverAt(server.url, 'b');
    onTestFinished(() => next.close());
    const before = device.content(first.id);
    const applied = await next.apply({ ...first, epoch: 2 });
    return { device, id: first.id, next, first, applied, before };
  }

  test('what it has is kept, under the new epoch', async () => {
    const { device, id, applied, before } = await takeover(() => undefined);

    // The very object: nothing was sent.
    expect(device.content(id)).toBe(before);
    expect(applied).toMatchObject({ marker: { epoch: 2, generation: 1 }, contentApplied: true });
    expect(device.holder(id)).toBe('b');
  });

  test('what somebody has changed is sent whole', async () => {
    const { device, id, first } = await takeover((changed, lb) =>
      changed.tamper(lb, (document) => ({ ...document, name: 'tampered' })),
    );

    expect(device.content(id)).toEqual(first.document);
  });

  test('what it has lost is sent whole', async () => {
    const { device, id, first } = await takeover((changed, lb) => changed.tamper(lb, () => null));

    expect(device.content(id)).toEqual(first.document);
  });

  test('an older epoch is refused, and the others of the same call are not', async () => {
    const { device, server, driver } = await setup();
    const [old, young] = [target(), target()];
    await driver.apply({ ...old, epoch: 5 });
    await driver.apply(young);
    const next = await driverAt(server.url, 'b');
    onTestFinished(() => next.close());

    const [refused, taken] = await Promise.allSettled([
      next.apply({ ...old, epoch: 2 }),
      next.apply({ ...young, epoch: 2 }),
    ]);

    expect(refused).toMatchObject({ status: 'rejected', reason: { marker: { epoch: 5 } } });
    expect(taken).toMatchObject({ status: 'fulfilled' });
    expect(device.holder(old.id)).toBe('a');
  });

  test('more than one call can name are all claimed', async () => {
    const { device, server, driver } = await setup();
    const all = Array.from({ length: claimsMax + 1 }, target);
    await Promise.all(all.map((each) => driver.apply(each)));
    const next = await driverAt(server.url, 'b');
    onTestFinished(() => next.close());

    await Promise.all(all.map((each) => next.apply({ ...each, epoch: 2 })));

    expect(new Set(all.map(({ id }) => device.holder(id)))).toEqual(new Set(['b']));
  });
});

describe('what goes wrong on the way is told apart', () => {
  test('the errors of the device arrive as what they are', async () => {
    const { device, driver } = await setup();
    const first = target();
    device.trouble.failNext(1, 'retryable');
    const busy = new RetryableError('the device is busy', { reach: 'busy' });
    await expect(driver.apply(first)).rejects.toThrow(busy);
    device.trouble.failNext(1, 'unknown');
    await expect(driver.apply(first)).rejects.toBeInstanceOf(UnknownOutcomeError);
    device.trouble.refuse(first.id, 'no such VLAN');
    await expect(driver.apply({ ...first, generation: 2 })).rejects.toMatchObject({
      kind: 'permanent',
      message: 'no such VLAN',
    });
  });

  test('a device that nobody serves was not changed', async () => {
    const { url, close } = await startDeviceServer(new MemoryDevice({ clock: systemClock }), {
      port: 0,
    });
    await close();
    const driver = await driverAt(url, 'a');

    await expect(driver.apply(target())).rejects.toBeInstanceOf(RetryableError);
    expect(await driver.probe()).toMatchObject({ reachable: false });
  });

  test('a call that was sent but never answered has an unknown outcome', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      mute.closeAllConnections();
      mute.close();
    });
    const { port } = mute.address() as AddressInfo;
    const driver = await driverAt(`http://127.0.0.1:${port}`, 'a', 100);

    await expect(driver.apply(target())).rejects.toBeInstanceOf(UnknownOutcomeError);
    await expect(driver.remove(target())).rejects.toBeInstanceOf(UnknownOutcomeError);
    await expect(driver.observe(target().id)).rejects.toBeInstanceOf(RetryableError);
    await driver.close();
  });

  test('a connection that breaks after the request has an unknown outcome', async () => {
    const rude = createServer((request) => request.socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void rude.close());
    const { port } = rude.address() as AddressInfo;
    const driver = await driverAt(`http://127.0.0.1:${port}`, 'a');

    await expect(driver.apply(target())).rejects.toBeInstanceOf(UnknownOutcomeError);
    await driver.close();
  });
});

describe('watching over HTTP', () => {
  test('what went down while the stream was cut is told when it is back', async () => {
    const device = new MemoryDevice({ clock: systemClock });
    const first = target();
    const server = await startDeviceServer(device, { port: 0 });
    const driver = await driverAt(server.url, 'a');
    const notices: DeviceNotice[] = [];
    await driver.apply(first);
    driver.watch(first.id, (notice) => notices.push(notice));

    await server.close();
    device.breakDown(first.id, 'power cut');
    const again = await startDeviceServer(device, { port: Number(new URL(server.url).port) });

    await eventually('the watcher hears that it is down', () => notices.length > 0);
    expect(notices[0]).toMatchObject({ type: 'down' });
    await driver.close();
    await again.close();
  });

  test('a load balancer hears its own notices only', async () => {
    const { device, driver } = await setup();
    const [mine, other] = [target(), target()];
    await driver.apply(mine);
    await driver.apply(other);
    const heard: string[] = [];
    driver.watch(mine.id, (notice) => heard.push(`mine ${notice.type}`));
    driver.watch(other.id, (notice) => heard.push(`other ${notice.type}`));

    device.breakDown(other.id, 'power cut');
    await eventually('a notice arrives', () => heard.length > 0);

    expect(new Set(heard)).toEqual(new Set(['other down']));
  });
});
