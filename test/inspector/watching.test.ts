import { describe, expect, test } from 'vitest';
import * as subjects from '../../machines/protocol/subjects.ts';
import { watchMs } from '../../src/inspector/gateway/live-feed.ts';
import { sessionOf } from '../../src/inspector/model/world.ts';
import { type Looker, WatchedCluster } from './support/watched-cluster.ts';

const three = ['agent-1', 'agent-2', 'agent-3'];

/** The messages about inspection that processes have sent. */
const told = (cluster: WatchedCluster) =>
  cluster.sent.filter(({ subject }) => subject.startsWith('hf.evt.inspect.'));

function framesOf(looker: Looker, type: string) {
  return looker.batches.flatMap(({ frames }) => frames.filter((frame) => frame.type === type));
}

describe('somebody who looks', () => {
  test('is told of all actors as they stand, and of what becomes of them', async () => {
    const cluster = await WatchedCluster.with(three);
    const id = await cluster.createBound({ name: 'shop' });
    const looker = cluster.look();
    await cluster.run(500);
    const before = looker.world.actors.get(sessionOf('controller-1', 'load-balancer', id));
    const holder = cluster.holder(id);

    cluster.killAgent(holder);
    await cluster.until('another holds it', () => cluster.holder(id) !== holder);
    await cluster.untilSettled(id);
    await cluster.run(200);

    const after = looker.world.actors.get(sessionOf('controller-1', 'load-balancer', id));
    expect(before).toMatchObject({ label: 'shop', state: 'bound.settled', condition: 'running' });
    expect(after?.context['binding']).toEqual(cluster.view(id).binding);
    expect(after?.state).toBe('bound.settled');
    const steps = framesOf(looker, 'actor').flatMap((frame) =>
      frame.type === 'actor' && frame.id === id ? frame.steps : [],
    );
    expect(steps.map(({ from, to }) => `${from} > ${to}`)).toEqual(
      expect.arrayContaining(['bound.settled > rebinding', 'rebinding > bound.settled']),
    );
    expect(steps.map(({ event }) => event.type)).toContain('agent.lost');
  });

  test('sees agents in their own processes, their devices, and their judge’s view', async () => {
    const cluster = await WatchedCluster.with(['agent-1']);
    const id = await cluster.createBound();
    const looker = cluster.look();

    await cluster.run(500);

    const states = [...looker.world.actors].map(([session, { state }]) => `${session} ${state}`);
    expect(states.toSorted()).toEqual([
      'agent-1/agent/agent-1 serving',
      `agent-1/device/${id} active`,
      'controller-1/liveness/agent-1 alive',
      `controller-1/load-balancer/${id} bound.settled`,
    ]);
    expect(looker.world.nodes.get('controller-1')?.facts).toMatchObject({ loadBalancers: 1 });
    expect(looker.world.nodes.get('agent-1')?.facts).toMatchObject({ host: 'host-agent-1' });
  });

  test('is told of messages, of how long answers took, and of what answered', async () => {
    const cluster = await WatchedCluster.with(['agent-1']);
    const looker = cluster.look();
    await cluster.run(300);

    const id = await cluster.createBound();
    await cluster.run(300);

    const messages = framesOf(looker, 'message').filter(
      (frame) => frame.type === 'message' && frame.subject.endsWith('.command'),
    );
    expect(messages).toContainEqual(
      expect.objectContaining({
        subject: 'hf.down.agent-1.command',
        loadBalancer: id,
        agent: 'agent-1',
        outcome: 'answered',
        reply: expect.objectContaining({ type: 'applied' }),
      }),
    );
    expect(JSON.stringify(messages)).not.toContain('vip_address');
    const [message] = messages;
    expect(message?.type === 'message' && message.tookMs).toBeGreaterThanOrEqual(2);
  });

  test('comes later, and knows all that who came first knows', async () => {
    const cluster = await WatchedCluster.with(three);
    const first = cluster.look();
    await cluster.createBound();
    const gone = await cluster.createBound();
    await cluster.settled(cluster.delete(gone));
    await cluster.untilGone(gone);
    await cluster.run(500);

    const late = cluster.look();

    expect([...late.world.actors]).toEqual([...first.world.actors]);
    expect([...late.world.actors.keys()].join()).not.toContain(`load-balancer/${gone}`);
    expect(late.batches.length).toBe(first.batches.length);
  });

  test('sees one of two processes that have the same id, and the log says so once', async () => {
    const cluster = await WatchedCluster.with(['agent-1', 'controller-1']);
    await cluster.createBound();
    const looker = cluster.look();

    await cluster.run(2_000);

    const lives = new Set(
      looker.batches.filter(({ node }) => node === 'controller-1').map(({ life }) => life),
    );
    expect(lives.size).toBe(1);
    const warnings = cluster.gatewayLog.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('a controller and an agent are both called controller-1'),
    ]);
  });

  test('misses a batch, and is told all anew', async () => {
    const cluster = await WatchedCluster.with(['agent-1']);
    const looker = cluster.look();
    await cluster.run(500);
    const id = await cluster.create();

    cluster.gatewayBus.disconnect(null);
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);
    cluster.gatewayBus.reconnect();
    await cluster.run(3_000);

    expect([...looker.world.actors.keys()].join()).not.toContain(id);
    expect(looker.statuses).toEqual([true, false, true]);
  });

  test('is told of crashes and of refused messages', async () => {
    const cluster = await WatchedCluster.with(['agent-1']);
    const id = await cluster.createBound();
    const looker = cluster.look();
    await cluster.run(300);

    cluster.gatewayBus.publish(subjects.down('agent-1', 'command'), 'rubbish');
    cluster.controller.owner.host.tell(id, { type: 'place' } as never);
    await cluster.run(200);

    const troubles = framesOf(looker, 'trouble').map((frame) =>
      frame.type === 'trouble' ? frame.text : '',
    );
    expect(troubles).toContain('a malformed message was dropped');
    expect(troubles.join()).toContain('actor crashed');
    const broken = framesOf(looker, 'actor').filter(
      (frame) => frame.type === 'actor' && frame.condition === 'restarting',
    );
    expect(broken).toContainEqual(
      expect.objectContaining({ id, trouble: expect.stringContaining('crashed 1 times') }),
    );
  });
});

describe('nobody looks', () => {
  test('and nothing is told, be it yet or any more', async () => {
    const cluster = await WatchedCluster.with(['agent-1']);
    await cluster.createBound();
    expect(told(cluster)).toEqual([]);

    const looker = cluster.look();
    await cluster.run(1_000);
    looker.leave();
    const watched = told(cluster).length;
    await cluster.run(watchMs + 200);
    const rest = told(cluster).length;
    await cluster.run(60_000);

    expect(watched).toBeGreaterThan(0);
    expect(told(cluster).length).toBe(rest);
  });

  test('where the tap is off, and nobody can', async () => {
    const cluster = new WatchedCluster();
    cluster.rules = { tap: false, sends: false };
    await cluster.startController();
    await cluster.startAgent('agent-1');

    const looker = cluster.look();
    await cluster.run(5_000);

    expect(looker.batches).toEqual([]);
  });
});

describe('a tap that fails', () => {
  test('harms no actor, and is told in the log', async () => {
    const cluster = await WatchedCluster.with(three);
    cluster.controller.ownedShards = () => {
      throw new Error('this tap is broken');
    };
    cluster.look();

    const id = await cluster.createBound();
    const victim = cluster.holder(id);
    cluster.killAgent(victim);
    await cluster.until('it moves', () => cluster.view(id).binding?.agent !== victim);
    await cluster.untilSettled(id);

    expect(cluster.log.lines.map(({ message }) => message)).toContain(
      'the inspection of this process failed',
    );
  });
});

describe('an event by hand', () => {
  const nudge = { kind: 'load-balancer', event: { type: 'retry.due' } } as const;

  test('is refused where the process does not take any', async () => {
    const cluster = await WatchedCluster.with(['agent-1']);
    const id = await cluster.createBound();

    const sent = cluster.feed.send({ node: 'controller-1', id, ...nudge }, 'someone');

    expect(await cluster.settled(sent)).toContain('set inspector.sends');
  });

  test('reaches its actor where the operator enabled it, with a line for the audit', async () => {
    const cluster = new WatchedCluster();
    cluster.rules = { tap: true, sends: true };
    await cluster.startController();
    await cluster.startAgent('agent-1');
    const id = await cluster.createBound();
    const looker = cluster.look();
    await cluster.run(300);

    const sent = cluster.feed.send({ node: 'controller-1', id, ...nudge }, '127.0.0.1:1');
    const refused = await cluster.settled(sent);
    await cluster.run(200);

    expect(refused).toBeNull();
    const line = cluster.log.lines.find(({ message }) => message === 'an event was sent by hand');
    expect(line).toMatchObject({
      level: 'warn',
      fields: { audit: true, who: '127.0.0.1:1', id, event: { type: 'retry.due' } },
    });
    expect(framesOf(looker, 'hand')).toEqual([
      expect.objectContaining({ id, who: '127.0.0.1:1', refused: null }),
    ]);
  });

  test('to nobody is said to be that', async () => {
    const cluster = new WatchedCluster();
    cluster.rules = { tap: true, sends: true };
    await cluster.startController();

    const toActor = cluster.feed.send({ node: 'controller-1', id: 'x', ...nudge }, 'someone');
    const toProcess = cluster.feed.send({ node: 'nobody-here', id: 'x', ...nudge }, 'someone');

    expect(await cluster.settled(toActor)).toBe('there is no load-balancer x at this controller');
    expect(await cluster.settled(toProcess)).toBe('nobody answers for nobody-here');
  });
});
