import { expect, test } from 'vitest';
import type { CommandReply } from '../../machines/protocol/agent-messages.ts';
import { repliesInTime, togetherMs } from '../../src/agent/together.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { Virtual } from '../host/support/virtual.ts';

const applied: CommandReply = { type: 'applied', epoch: 2, generation: 1, operating: null };
const unbriefed: CommandReply = { type: 'unbriefed' };

function setup() {
  const virtual = new Virtual();
  const log = recordingLog();
  const after = (ms: number, reply: CommandReply): Promise<CommandReply> =>
    new Promise((resolve) => virtual.clock.setTimer(ms, () => resolve(reply)));
  return { virtual, log, after, options: { clock: virtual.clock, log } };
}

test('all replies are there when the last one is', async () => {
  const { virtual, after, options } = setup();

  const replies = repliesInTime([after(10, applied), unbriefed, after(5, applied)], options);

  expect(await virtual.settled(replies)).toEqual([applied, unbriefed, applied]);
  expect(virtual.time.nowMs).toBe(10);
  expect(virtual.pending()).toBe(0);
});

test('what is known at once needs no time', async () => {
  const { virtual, options } = setup();

  expect(await virtual.settled(repliesInTime([unbriefed, unbriefed], options))).toEqual([
    unbriefed,
    unbriefed,
  ]);
  expect(virtual.pending()).toBe(0);
});

test('one that takes too long keeps nobody waiting', async () => {
  const { virtual, after, options } = setup();

  const replies = repliesInTime([after(togetherMs + 1, applied), after(5, applied)], options);
  const known = await virtual.settled(replies);
  await virtual.run(10);

  expect(known).toEqual([{ type: 'underway' }, applied]);
});

test('one that fails is logged, and leaves the others as they are', async () => {
  const { virtual, after, log, options } = setup();

  const failing = Promise.reject(new Error('a bug'));
  const known = await virtual.settled(repliesInTime([failing, after(5, applied)], options));

  expect(known).toEqual([{ type: 'underway' }, applied]);
  expect(log.lines).toMatchObject([{ level: 'error', message: 'a command could not be handled' }]);
});
