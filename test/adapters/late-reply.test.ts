import { expect, test } from 'vitest';
import { down } from '../../machines/protocol/subjects.ts';
import type { BusMessage } from '../../src/ports/bus.ts';
import { NatsWorld } from './nats-world.ts';
import { recordingLog } from './recording-log.ts';
import { until } from './until.ts';

test('a reply to a request from before a restart of the server is refused, which is no error', async () => {
  const world = await NatsWorld.start();
  try {
    const log = recordingLog();
    const { lines } = log;
    const agent = await world.agent('a', log);
    const controller = await world.controller('c');
    const asked: BusMessage[] = [];
    agent.subscribe(down('a', 'command'), (message) => asked.push(message));
    await agent.ping(1_000);
    const answer = controller.request(down('a', 'command'), '{}', 10_000);
    const failed = expect(answer).rejects.toThrow();
    await until('the agent was asked', () => asked.length === 1);

    await world.server.restart('SIGKILL');
    await failed;
    await until('the agent is connected again', () => agent.status() === 'connected');
    asked[0]?.reply('{}');

    const late = () => lines.filter(({ message }) => message.startsWith('A reply came too late'));
    await until('the server has refused it', () => late().length === 1);
    expect(late()[0]?.level).toBe('warn');
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  } finally {
    await world.close();
  }
});
