import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import {
  connConnect,
  connDisconnect,
  controllerInbox,
  down,
  ticket,
  parseConnect,
  parseDisconnect,
} from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { connectNatsBus } from '../../src/adapters/nats-bus.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { newUserKey } from '../../src/nats-server/keys.ts';
import { busCases } from './bus-conformance.ts';
import { NatsWorld } from './nats-world.ts';
import { recordingLog } from './recording-log.ts';
import { until } from './until.ts';

let world: NatsWorld;

beforeAll(async () => {
  world = await NatsWorld.start();
});

afterEach(() => world.disconnectAll());

afterAll(() => world.close());

describe('the bus over NATS', () => {
  for (const { name, run } of busCases) {
    test(name, async () => {
      const pair = { one: await world.controller('one'), two: await world.controller('two') };
      await run(pair);
      await Promise.all([pair.one.close(), pair.two.close()]);
    });
  }

  test('logs what a handler throws', async () => {
    const log = recordingLog();
    const bus = await world.controller('one', log);
    bus.subscribe('hf.test.throws', () => {
      throw new Error('a bug');
    });
    bus.publish('hf.test.throws', '');
    await until('the error is logged', () =>
      log.lines.some((line) => line.level === 'error' && line.message.includes('handler failed')),
    );
    await bus.ping(5_000);
  });

  test('takes bytes that are no text without harm', async () => {
    const bus = await world.controller('one');
    const heard: string[] = [];
    bus.subscribe('hf.test.bytes', ({ data }) => heard.push(data));
    bus.connection.publish('hf.test.bytes', new Uint8Array([0xff, 0xfe, 0x00, 0xc3]));
    bus.publish('hf.test.bytes', 'text');
    await until('both are there', () => heard.length === 2);
    expect(heard[1]).toBe('text');
  });
});

describe('connecting to NATS', () => {
  const options = {
    name: 'controller/late',
    inboxPrefix: controllerInbox('late'),
    clock: systemClock,
    log: silentLog,
    timings: presets.local,
  };

  test('gives up at the deadline, naming the server', async () => {
    const server = `nats://127.0.0.1:${await freePort()}`;
    const connecting = connectNatsBus({ ...options, servers: [server], connectDeadlineMs: 200 });
    await expect(connecting).rejects.toThrow(`no NATS server answered at ${server}`);
  });

  test('ends with the signal', async () => {
    const abort = new AbortController();
    const connecting = connectNatsBus({
      ...options,
      servers: [`nats://127.0.0.1:${await freePort()}`],
      signal: abort.signal,
    });
    abort.abort(new Error('not needed any more'));
    await expect(connecting).rejects.toThrow('not needed any more');
  });

  test('says so at once when the server does not know the key', async () => {
    const { seed } = newUserKey();
    const connecting = connectNatsBus({ ...options, servers: [world.server.url], nkeySeed: seed });
    const error = await connecting.then(
      () => new Error('connected'),
      (reason: Error) => reason,
    );
    expect(error.message).toContain('refuses the credentials of controller/late');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(seed);
  });
});

describe('an agent', () => {
  test('may send as itself, be asked and answer', async () => {
    const [controller, agent] = [await world.controller('c'), await world.agent('a')];
    controller.subscribe('hf.up.*.3.>', (message) => message.reply(`ack of ${message.data}`));
    agent.subscribe(down('a', 'apply'), (message) => message.reply('applied'));
    await Promise.all([controller.ping(5_000), agent.ping(5_000)]);
    expect(await agent.request('hf.up.a.3.heartbeat', '1', 5_000)).toBe('ack of 1');
    expect(await controller.request(down('a', 'apply'), '', 5_000)).toBe('applied');
    expect(await controller.request(down('a', 'apply'), '', 5_000)).toBe('applied');
  });

  test.each([
    'hf.up.b.3.heartbeat',
    'hf.down.b.apply',
    'hf.lb.1.x.edit',
    'hf.conn.disconnect',
    '_INBOX_ctl_c.x',
    '_INBOX_b.x',
  ])('may not send to %s', async (subject) => {
    const log = recordingLog();
    const [controller, agent] = [await world.controller('c'), await world.agent('a', log)];
    const heard: string[] = [];
    controller.subscribe(subject, ({ data }) => heard.push(data));
    await controller.ping(5_000);
    await expect(agent.request(subject, 'forged', 60_000)).rejects.toMatchObject({
      name: 'BusUnavailable',
    });
    agent.publish(subject, 'forged');
    await until('the log has both', () => violations(log) >= 2);
    await controller.ping(5_000);
    expect(heard).not.toContain('forged');
  });

  test.each([
    'hf.down.b.>',
    'hf.up.>',
    'hf.>',
    '>',
    '_INBOX_b.>',
    '_INBOX_ctl_c.>',
    connDisconnect,
  ])('may not listen to %s', async (subject) => {
    const log = recordingLog();
    const agent = await world.agent('a', log);
    const heard: string[] = [];
    agent.subscribe(subject, ({ data }) => heard.push(data));
    await until('the refusal is logged', () => violations(log) >= 1);
    const controller = await world.controller('c');
    controller.publish(down('b', 'apply'), 'a secret');
    await controller.ping(5_000);
    await agent.ping(5_000);
    expect(heard).toEqual([]);
  });

  test.each([
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    '$JS.API.STREAM.CREATE.MINE',
    '$KV.holdfast-desired.x',
    '$JS.API.DIRECT.GET.KV_holdfast-desired.$KV.holdfast-desired.x',
    '$SYS.REQ.SERVER.PING',
    '$JS.API.STREAM.MSG.GET.holdfast-tickets',
    '$JS.API.STREAM.MSG.DELETE.holdfast-tickets',
    '$JS.API.STREAM.PURGE.holdfast-tickets',
    '$JS.API.CONSUMER.DURABLE.CREATE.holdfast-tickets.mine',
    '$JS.API.CONSUMER.DELETE.holdfast-tickets.memory__one',
    '$JS.API.CONSUMER.MSG.NEXT.KV_holdfast-desired.x',
    '$JS.ACK.KV_holdfast-desired.x.1.1.1.1.0',
    ticket('memory', 'one', 'forged'),
  ])('may not touch JetStream or the system by %s', async (subject) => {
    const agent = await world.agent('a');
    await expect(agent.request(subject, '{}', 60_000)).rejects.toMatchObject({
      name: 'BusUnavailable',
    });
  });

  test('loses its connection when its user is taken away, and comes back with it', async () => {
    const { controller, operator, a, b } = world.keys;
    const users = (...agents: { id: string; key: string }[]) => ({
      controllerKey: controller.publicKey,
      operatorKey: operator.publicKey,
      agents,
    });
    const both = [
      { id: 'a', key: a.publicKey },
      { id: 'b', key: b.publicKey },
    ];
    const log = recordingLog();
    const [agentA, agentB] = [await world.agent('a', log), await world.agent('b')];
    const reloads = async () =>
      (await world.serverLog()).split('Reloaded server configuration').length - 1;
    const before = await reloads();

    await world.server.reload(users(...both.slice(1)));
    await until('a is cut off', () => agentA.status() === 'disconnected');
    const between = agentB.status();
    await until('the server is ready for the next', async () => (await reloads()) === before + 1);
    await world.server.reload(users(...both));

    await until(
      () => `a is back: ${JSON.stringify(log.lines.slice(-20))}`,
      () => agentA.status() === 'connected',
    );
    expect(between).toBe('connected');
  });
});

describe('an operator', () => {
  test('hears events and can send nothing', async () => {
    const [controller, operator] = [await world.controller('c'), await world.operator()];
    const heard: string[] = [];
    operator.subscribe('hf.evt.>', ({ data }) => heard.push(data));
    await operator.ping(5_000);
    controller.publish('hf.evt.bound.x', 'news');
    await until('the news is there', () => heard.includes('news'));
    await expect(operator.request('hf.lb.1.x.edit', '', 60_000)).rejects.toMatchObject({
      name: 'BusUnavailable',
    });
  });
});

describe('the end of a process', () => {
  test('killed with SIGKILL, is told to controllers with its name, key and reason', async () => {
    const controller = await world.controller('judge');
    const began: unknown[] = [];
    const ended: unknown[] = [];
    controller.subscribe(connConnect, ({ data }) => began.push(parseConnect(data)));
    controller.subscribe(connDisconnect, ({ data }) => ended.push(parseDisconnect(data)));
    await controller.ping(5_000);
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        'test/adapters/fixtures/connected-client.ts',
        world.server.url,
        'b',
        '42',
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NKEY_SEED: world.keys.b.seed },
      },
    );
    await once(child.stdout, 'data');
    expect(await controller.request(down('b', 'probe'), '', 5_000)).toBe('alive');
    const whole = { clientName: 'agent/b/42', user: world.keys.b.publicKey };
    expect(began).toContainEqual(expect.objectContaining(whole));

    child.kill('SIGKILL');

    await until('the end is told', () => ended.length > 0);
    expect(ended).toEqual([
      {
        ...whole,
        serverId: expect.any(String),
        cid: expect.any(Number),
        reason: expect.stringMatching(/^(Client Closed|Read Error|Write Error)$/),
      },
    ]);
    await expect(controller.request(down('b', 'probe'), '', 60_000)).rejects.toMatchObject({
      name: 'NoResponders',
    });
  });
});

function violations(log: ReturnType<typeof recordingLog>): number {
  return log.lines.filter((line) => JSON.stringify(line.fields).includes('ermissions')).length;
}
