import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { natsStores } from '../../src/adapters/nats-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import type { WriteResult } from '../../src/ports/store.ts';
import { NatsWorld } from './nats-world.ts';
import { watching } from './store-conformance.ts';
import { until } from './until.ts';

let world: NatsWorld;

beforeEach(async () => {
  world = await NatsWorld.start();
});

afterEach(() => world.close());

const options = { replicas: 1, clock: systemClock, log: silentLog };

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'after a %s of the server, records are there, clients come back, a watch goes on',
  async (signal) => {
    const controller = await world.controller('c');
    const agent = await world.agent('a');
    const { desired } = await natsStores(controller, options);
    const watch = watching(desired, 'r');
    const first = await desired.create('r.x', 'before', 'w1');
    const gone = await desired.create('r.gone', 'before', 'w2');
    if (!first.committed || !gone.committed) throw new Error('expected both to be committed');
    await watch.ready();
    agent.subscribe('hf.down.a.x', (message) => message.reply('still here'));
    await agent.ping(5_000);
    const early = new Promise((resolve) => {
      controller.onStatus((status) => {
        if (status !== 'connected') return;
        const attempts = [
          desired.update('r.x', 'too early', first.revision, 'early'),
          desired.newest(),
        ];
        resolve(Promise.all(attempts.map((each) => each.catch((error: Error) => error.message))));
      });
    });

    await world.server.restart(signal);
    const away = await world.controller('other');
    const { desired: other } = await natsStores(away, options);
    await other.remove('r.gone', gone.revision, 'w3');
    await until('both are back', () =>
      [controller, agent].every((bus) => bus.status() === 'connected'),
    );

    const untold = expect.stringContaining('its watch has not told yet what has changed');
    expect(await early).toEqual([untold, untold]);
    await until('the watch has told what changed', () => watch.readyCount() === 2);
    expect(await desired.newest()).toBeGreaterThan(gone.revision);
    expect(await desired.get('r.x')).toMatchObject({ value: 'before', revision: first.revision });
    expect(await desired.update('r.x', 'after', first.revision, 'w4')).toMatchObject({
      committed: true,
    });
    // A watch may repeat itself after a reconnect, but never skips or reorders what is new.
    const told = () => [
      ...new Set(watch.changes.map(({ revision, type, key }) => `${revision} ${type} ${key}`)),
    ];
    await until('the watch sees the changes', () => told().length >= 4);
    watch.stop();
    const words = told().map((change) => change.replace(/^\d+ /, ''));
    expect(words).toEqual(['put r.x', 'put r.gone', 'removed r.gone', 'put r.x']);
    await until('the agent listens again', async () => {
      const reply = await controller.request('hf.down.a.x', '', 1_000).catch(() => '');
      return reply === 'still here';
    });
  },
);

test('while the server is away, requests fail at once and nothing is sent late', async () => {
  const [controller, agent] = [await world.controller('c'), await world.agent('a')];
  const heard: string[] = [];
  agent.subscribe('hf.down.a.x', ({ data }) => heard.push(data));
  await agent.ping(5_000);
  const { desired } = await natsStores(controller, options);
  const pending = controller.request('hf.down.a.x', 'pending', 60_000);
  await until('the request has arrived', () => heard.length === 1);
  const settled = expect(pending).rejects.toMatchObject({ name: 'RequestTimeout' });

  await world.server.stop('SIGKILL');

  await settled;
  await until('the bus notices', () => controller.status() === 'disconnected');
  await expect(controller.request('hf.down.a.x', 'away', 60_000)).rejects.toMatchObject({
    name: 'BusUnavailable',
  });
  expect(() => controller.publish('hf.down.a.x', 'away')).toThrow('disconnected');
  await expect(controller.ping(60_000)).rejects.toMatchObject({ name: 'BusUnavailable' });
  await expect(desired.create('x', '', 'w')).rejects.toMatchObject({ name: 'StoreUnavailable' });
  await expect(desired.get('x')).rejects.toMatchObject({ name: 'StoreUnavailable' });

  await world.server.restart();
  await until('both are back', () =>
    [controller, agent].every((bus) => bus.status() === 'connected'),
  );
  await agent.ping(5_000);
  controller.publish('hf.down.a.x', 'back');
  await until('the message is there', () => heard.includes('back'));
  expect(heard).toEqual(['pending', 'back']);
});

test('writes of unknown outcome, repeated byte for byte, commit once', async () => {
  const controller = await world.controller('c');
  const { binding } = await natsStores(controller, options);
  const watch = watching(binding, 'u');
  await watch.ready();
  const write = (index: number) => binding.create(`u.${index}`, `value ${index}`, `w${index}`);
  const first = Array.from({ length: 200 }, (_, index) =>
    write(index).then(
      (result): WriteResult | null => result,
      (error: Error) => {
        expect(['UnknownOutcome', 'StoreUnavailable']).toContain(error.name);
        return null;
      },
    ),
  );

  await Promise.race(first); // The first is acknowledged, and the rest is at all stages.
  await world.server.restart('SIGKILL');

  const outcomes = await Promise.all(first);
  expect(outcomes.some((outcome) => outcome !== null)).toBe(true);
  await until('the bus is back', () => controller.status() === 'connected');
  for (const [index, outcome] of outcomes.entries()) {
    let again: WriteResult | null = null;
    await until(`write ${index} is answered`, async () => {
      again = await write(index).catch(() => null);
      return again !== null;
    });
    expect(again).toMatchObject({ committed: true });
    if (outcome !== null) expect(again).toEqual(outcome);
  }
  await until('the watch has seen all', () => watch.changes.length >= 200);
  watch.stop();
  expect(new Set(watch.changes.map(({ key }) => key)).size).toBe(200);
  expect(watch.changes).toHaveLength(200);
});

/** The process's state as the kernel writes it; T is stopped. */
function stateOf(pid: number): string | undefined {
  return /^\d+ \(.*\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
}

test('a server that hangs is noticed by pings, and found again when it goes on', async () => {
  const controller = await world.controller('c');
  const pending = controller.request('hf.test.any', '', 60_000).catch((error: Error) => error.name);
  expect(await pending).toBe('NoResponders');
  process.kill(world.server.pid(), 'SIGSTOP');
  await until('the server stands still', () => stateOf(world.server.pid()) === 'T');
  const asked = controller.request('hf.test.any', '', 60_000).catch((error: Error) => error.name);
  await expect(controller.ping(50)).rejects.toMatchObject({ name: 'RequestTimeout' });
  await until('the bus notices', () => controller.status() === 'disconnected');
  expect(await asked).toBe('RequestTimeout');
  process.kill(world.server.pid(), 'SIGCONT');
  await until('the bus is back', () => controller.status() === 'connected');
  await controller.ping(5_000);
});

test('a bus can be closed while the server is away', async () => {
  const controller = await world.controller('c');
  await world.server.stop();
  await until('the bus notices', () => controller.status() === 'disconnected');
  await controller.close();
  expect(controller.status()).toBe('closed');
});
