import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import type { NatsBus } from '../../src/adapters/nats-bus.ts';
import { NatsWatch, watchHeartbeatMs, watchSilenceMs } from '../../src/adapters/nats-watch.ts';
import { ReceivedMessage, type WireMessage } from '../../src/adapters/wire-message.ts';
import { Virtual } from '../host/support/virtual.ts';

const idle = new ReceivedMessage('inbox', '', '', {
  code: 100,
  get: (name) => (name === 'Nats-Last-Consumer' ? '0' : ''),
});

/** A watch of an empty bucket, on a bus that lets a test be its server. */
function watching() {
  const virtual = new Virtual();
  const sessions: ((message: WireMessage) => void)[] = [];
  const answers: Readonly<Record<string, object>> = {
    STREAM: { state: { last_seq: 0 } },
    CONSUMER: { name: 'consumer-1', num_pending: 0, success: true },
  };
  const bus: Partial<NatsBus> = {
    status: () => 'connected',
    inbox: () => 'inbox',
    onStatus: () => ({ unsubscribe: () => undefined }),
    listen: (_, handle) => {
      sessions.push(handle);
      return { unsubscribe: () => undefined, drain: () => Promise.resolve() };
    },
    exchange: (subject) => {
      const body = JSON.stringify(answers[subject.split('.')[2] ?? '']);
      return Promise.resolve(new ReceivedMessage(subject, '', body, undefined));
    },
  };
  const heard = { onChange: () => undefined, onReady: () => undefined, onRewound: () => undefined };
  const { clock } = virtual;
  new NatsWatch({ bus: bus as NatsBus, bucket: 'b', clock, log: silentLog, ...heard });
  return { virtual, sessions };
}

test('a watch that hears its server goes on, and begins anew after silence, counted from what it heard last', async () => {
  const { virtual, sessions } = watching();
  await virtual.settleNow();
  for (let beat = 0; beat < 10; beat += 1) {
    await virtual.run(watchHeartbeatMs);
    sessions.at(-1)?.(idle);
  }
  const whileHeard = sessions.length;

  await virtual.run(watchSilenceMs - 1);
  const justBefore = sessions.length;
  // The silence ends, and the first beginning waits for its backoff.
  await virtual.run(watchHeartbeatMs);

  expect({ whileHeard, justBefore, after: sessions.length }).toEqual({
    whileHeard: 1,
    justBefore: 1,
    after: 2,
  });
});
