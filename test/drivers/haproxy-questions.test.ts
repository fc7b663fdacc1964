import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Host } from '../../drivers/haproxy/host.ts';
import { hostsOwnAddress } from '../../drivers/haproxy/addressing.ts';
import { Alarm } from '../../drivers/haproxy/alarm.ts';
import { Options, readOptions } from '../../drivers/haproxy/options.ts';
import { ProcessTable } from '../../drivers/haproxy/process-table.ts';
import { Questions, questionsPerWindowMax, windowMs } from '../../drivers/haproxy/questions.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { Virtual } from '../host/support/virtual.ts';

/** Questions to processes that are not there, so that each is answered at once. */
function setup() {
  const virtual = new Virtual();
  const { clock } = virtual;
  const options = readOptions(Options, 'haproxy', { options: {}, stateDir: '/nonexistent' }, {});
  const host: Host = {
    options,
    clock,
    log: silentLog,
    openFilesMax: 1_000,
    agent: 'agent-1',
    processes: new ProcessTable(clock),
    inStock: new Set(),
    left: new Map(),
    driver: 'haproxy',
    addressMoves: false,
    addressing: hostsOwnAddress(options.stopGraceMs),
    alarm: new Alarm(),
  };
  const questions = new Questions(host);
  const heard: string[] = [];
  const listen = (id: string) => questions.listen(id, () => heard.push(id));
  return { virtual, questions, heard, listen, pollMs: options.statusPollMs };
}

const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

test('as many are asked at once as one window has room for, and the others in the next', async () => {
  const { virtual, heard, listen } = setup();

  for (const id of ids(questionsPerWindowMax + 1)) listen(id);
  await virtual.run(windowMs - 1);
  const first = heard.length;
  await virtual.run(1);

  expect(first).toBe(questionsPerWindowMax);
  expect(heard.length).toBe(questionsPerWindowMax + 1);
});

test('with more than can be asked in a period, each comes in its turn, only later', async () => {
  const { virtual, heard, listen, pollMs } = setup();
  const many = ids((2 * questionsPerWindowMax * pollMs) / windowMs);

  for (const id of many) listen(id);
  await virtual.run(2 * pollMs - 1);
  const once = heard.length;

  expect(once).toBe(many.length);
  expect(new Set(heard).size).toBe(many.length);
});

test('one is asked once a period, however many listen, and not at all when nobody does', async () => {
  const { virtual, heard, listen, questions, pollMs } = setup();
  const [id] = ids(1) as [string];

  const stops = [listen(id), listen(id)];
  await virtual.run(pollMs + windowMs);
  for (const stop of stops) stop();
  await virtual.run(5 * pollMs);

  expect(heard.length).toBe(2 * 2);
  questions.close();
});
