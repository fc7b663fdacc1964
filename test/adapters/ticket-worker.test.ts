import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import type { LineListener, TicketLine } from '../../src/adapters/ticket-line.ts';
import { TicketWorker } from '../../src/adapters/ticket-worker.ts';
import { Virtual } from '../host/support/virtual.ts';

const takenMs = 30_000;

/** A worker on a line that answers everything at once and writes down what is said. */
function working(atOnce: number) {
  const virtual = new Virtual();
  const said: string[] = [];
  let listener: LineListener | null = null;
  let isConnected = true;
  const say = (words: string): Promise<void> => {
    said.push(words);
    return Promise.resolve();
  };
  const line: TicketLine = {
    isConnected: () => isConnected,
    pull: (pull) => void said.push(`pull ${pull}`),
    end: (id) => say(`end ${id}`),
    prolong: (id) => say(`prolong ${id}`),
    giveBack: (id, afterMs) => say(`give back ${id} for ${afterMs}`),
    close: () => say('close'),
  };
  const worker = new TicketWorker({
    atOnce,
    takenMs,
    clock: virtual.clock,
    log: silentLog,
    open: (heard) => {
      listener = heard;
      return line;
    },
    take: () => undefined,
  });
  const hear = (): LineListener => {
    if (listener === null) throw new Error('expected the worker to have opened its line');
    return listener;
  };
  const deliver = (key: string) => hear().ticket({ key, delivery: 1, id: key });
  const connect = (is: boolean): void => {
    isConnected = is;
    if (is) hear().connected();
  };
  return { virtual, said, worker, hear, deliver, connect };
}

test('a worker that is stopped gives back what it holds, and asks for nothing more', async () => {
  const { said, worker, deliver } = working(2);
  deliver('x');
  await worker.stop();
  expect(said).toEqual(['pull 1', 'pull 2', 'give back x for 0', 'close']);
  deliver('y');
  expect(said.slice(4)).toEqual(['give back y for 0']);
});

test('a worker that is not free asks for nothing, and gives back what comes even so', () => {
  const { said, deliver } = working(1);
  deliver('x');
  deliver('y');
  expect(said).toEqual(['pull 1', 'give back y for 0']);
});

test('a question that expires is asked again at once, one that is refused after a while, ever longer', async () => {
  const { virtual, said, hear } = working(1);
  hear().ended(1, 'expired');
  expect(said).toEqual(['pull 1', 'pull 2']);
  hear().ended(1, 'refused'); // That one is long over.
  for (const [pull, waitMs] of [100, 200, 400, 800, 1_600, 2_000, 2_000].entries()) {
    hear().ended(pull + 2, 'refused');
    await virtual.run(waitMs - 1);
    expect(said).toHaveLength(pull + 2);
    await virtual.run(1);
    expect(said).toHaveLength(pull + 3);
  }
});

test('without a connection nothing is asked; with it, what is held is told of at once', async () => {
  const { virtual, said, deliver, connect } = working(2);
  deliver('x');
  connect(false);
  await virtual.run(takenMs / 4);
  expect(said).toEqual(['pull 1', 'pull 2']);
  connect(true);
  expect(said.slice(2)).toEqual(['prolong x', 'pull 3']);
});
