import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Batch } from '../../machines/protocol/inspection.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { eventually } from './support/eventually.ts';
import { World } from './support/world.ts';

let world: World;
let intruder: NatsConnection;
let operator: NatsConnection;
const refusals: string[] = [];

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
  intruder = await connectedAs('agent-1', subjects.agentInbox('agent-1'));
  operator = await connectedAs('operator', subjects.operatorInbox);
});

/** With the key of that user; what the server refuses it is noted. */
async function connectedAs(user: string, inboxPrefix: string): Promise<NatsConnection> {
  const seed = await readFile(join(world.directory, 'keys', `${user}.seed`), 'utf8');
  const connection = await connect({
    servers: world.stack.nats.url,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed.trim())),
    inboxPrefix,
    noAsyncTraces: true,
  });
  void (async () => {
    for await (const event of connection.status()) {
      if (event.type === 'error') refusals.push(event.error.message);
    }
  })();
  return connection;
}

afterAll(async () => {
  await intruder.close();
  await operator.close();
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
    subjects.inspection('agent-2'),
    subjects.inspectionWatch,
    subjects.sendByHand('controller-1'),
  ])('nobody can write to %s', async (subject) => {
    intruder.publish(subject, '{}');

    await refused(new RegExp(`publish.*${subject.replaceAll(/[$.]/g, '\\$&')}`, 'i'));
  });
});

describe("with the operator's key", () => {
  test('one sees all actors of all processes, and can order nothing', async () => {
    const nodes = new Map<string, Batch>();
    operator.subscribe(subjects.allInspections, {
      callback: (_, message) => {
        const batch = Batch.parse(message.json());
        if (batch.account !== null) nodes.set(batch.node, batch);
      },
    });

    operator.publish(subjects.inspectionWatch, JSON.stringify({ forMs: 10_000, fresh: true }));

    await eventually('all have told of themselves', () => nodes.size === 3);
    expect([...nodes.keys()].toSorted()).toEqual(['agent-1', 'agent-2', 'controller-1']);
    expect(nodes.get('controller-1')?.frames).toContainEqual(
      expect.objectContaining({ type: 'actor', kind: 'liveness', id: 'agent-1', state: 'alive' }),
    );
    operator.publish('hf.down.agent-1.command', '{}');
    await refused(/publish.*hf\.down\.agent-1\.command/i);
  });

  test('no event reaches an actor by hand, because nobody has enabled that', async () => {
    const event = { kind: 'liveness', id: 'agent-1', event: { type: 'x' }, who: 'someone' };

    const reply = await operator.request(
      subjects.sendByHand('controller-1'),
      JSON.stringify(event),
      { timeout: 10_000 },
    );

    expect(reply.json()).toMatchObject({ refused: expect.stringContaining('inspector.sends') });
    expect(await world.log()).toContain('an event by hand was refused');
  });
});
