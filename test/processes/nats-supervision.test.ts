import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { type NatsSupervision, superviseNats } from '../../src/up/nats-supervision.ts';
import { Virtual } from '../host/support/virtual.ts';

/** A server that ends when a test says so, and can't be started for so many attempts. */
function server(virtual: Virtual, failures: number) {
  const startedMs: number[] = [];
  let end: (how: string) => void = () => undefined;
  let ended: Promise<string> = Promise.resolve('exit code 1');
  let stops = 0;
  return {
    startedMs,
    stops: () => stops,
    end: () => end('SIGKILL'),
    ended: () => ended,
    stop: () => Promise.resolve(void (stops += 1)),
    restart: () => {
      startedMs.push(virtual.time.nowMs);
      if (startedMs.length <= failures) return Promise.reject(new Error('address already in use'));
      ended = new Promise((resolve) => (end = resolve));
      return Promise.resolve();
    },
  };
}

test('a NATS server that can not be started again for a while is, as soon as it can', async () => {
  const virtual = new Virtual();
  const supervision: NatsSupervision = { stopping: false };
  const nats = server(virtual, 3);
  const supervised = superviseNats(nats, supervision, { clock: virtual.clock, log: silentLog });

  await virtual.run(60_000);
  expect(nats.startedMs).toHaveLength(4);

  nats.end();
  await virtual.settleNow();
  expect(nats.startedMs).toHaveLength(5);

  supervision.stopping = true;
  nats.end();
  await virtual.settled(supervised);
  expect(nats.startedMs).toHaveLength(5);
});

test('one that is started again while everything ends is stopped', async () => {
  const virtual = new Virtual();
  const supervision: NatsSupervision = { stopping: false };
  const nats = server(virtual, 1);
  const supervised = superviseNats(nats, supervision, { clock: virtual.clock, log: silentLog });

  await virtual.settleNow();
  supervision.stopping = true;
  await virtual.settled(supervised);

  expect(nats.startedMs).toHaveLength(1);
  expect(nats.stops()).toBe(1);
});
