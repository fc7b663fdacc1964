import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as subjects from '../../machines/protocol/subjects.ts';
import { eventually } from './support/eventually.ts';
import { World } from './support/world.ts';

let world: World;
let intruder: NatsConnection;
const refusals: string[] = [];

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
  const seed = await readFile(join(world.directory, 'keys', 'agent-1.seed'), 'utf8');
  intruder = await connect({
    servers: world.stack.nats.url,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed.trim())),
    inboxPrefix: subjects.agentInbox('agent-1'),
    noAsyncTraces: true,
  });
  void (async () => {
    for await (const event of intruder.status()) {
      if (event.type === 'error') refusals.push(event.error.message);
    }
  })();
});

afterAll(async () => {
  await intruder.close();
  await world.close();
});

const refused = (words: RegExp) =>
  eventually(`the server refuses: ${String(words)}`, () => {
    return refusals.some((message) => words.test(message));
  });

describe("with agent-1's key, in the configuration that up makes,", () => {
  test('nobody can speak for agent-2', async () => {
    const { incarnation } = await world.agent('agent-2');
    const subject = subjects.up('agent-2', subjects.shardOf('agent-2'), 'goodbye');

    intruder.publish(subject, JSON.stringify({ agent: 'agent-2', incarnation }));

    await refused(/publish.*hf\.up\.agent-2/i);
    expect(await world.agent('agent-2')).toMatchObject({ state: 'alive', incarnation });
  });

  test("nor in agent-1's own name for agent-2", async () => {
    const { incarnation } = await world.agent('agent-2');
    const subject = subjects.up('agent-1', subjects.shardOf('agent-2'), 'goodbye');

    intruder.publish(subject, JSON.stringify({ agent: 'agent-2', incarnation }));
    await intruder.flush();

    await eventually('the controller has dropped it', async () => {
      return (await world.log()).includes('agent agent-1 speaks for agent-2');
    });
    expect(await world.agent('agent-2')).toMatchObject({ state: 'alive', incarnation });
  });

  test('nobody can hear what is meant for agent-2', async () => {
    const heard: string[] = [];
    intruder.subscribe(subjects.downOfAgent('agent-2'), {
      callback: (error, message) => {
        if (error === null) heard.push(message.subject);
      },
    });
    await refused(/subscription.*hf\.down\.agent-2/i);

    const made = await Promise.all(['a', 'b', 'c', 'd'].map((name) => world.create(name)));
    const holders = await Promise.all(made.map(({ id }) => world.active(id)));

    expect(holders.map(({ agent }) => agent)).toContain('agent-2');
    expect(heard).toEqual([]);
  });

  test.each([subjects.allHealth, subjects.health('agent-1')])(
    'nobody can hear how traffic fares on %s',
    async (subject) => {
      intruder.subscribe(subject);

      await refused(new RegExp(`subscription.*${subject.replaceAll(/[.*]/g, '\\$&')}`, 'i'));
    },
  );

  test.each([
    '$JS.API.INFO',
    '$KV.holdfast-desired.x',
    'hf.lb.1.x.edit',
    'hf.down.agent-2.command',
    'hf.down.agent-2.health',
    subjects.health('agent-2'),
  ])('nobody can write to %s', async (subject) => {
    intruder.publish(subject, '{}');

    await refused(new RegExp(`publish.*${subject.replaceAll(/[$.]/g, '\\$&')}`, 'i'));
  });
});
