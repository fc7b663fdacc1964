import { describe, expect, test } from 'vitest';
import { epochsAheadMax } from '../../machines/protocol/seat.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { Cluster } from './support/cluster.ts';

describe('messages that should not be', () => {
  const strangers: readonly (readonly [string, string, string])[] = [
    ['no JSON', subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'heartbeat'), 'hello'],
    ['no heartbeat', subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'heartbeat'), '{}'],
    ['an unknown kind', subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'song'), '{}'],
    ['an unknown verb', subjects.lb(0, 'x', 'sing'), '{}'],
    ['no claim', subjects.lb(0, 'x', 'claim'), '[]'],
    ['no lost record', subjects.lb(0, 'x', 'lost'), '{"lastEpoch":-1}'],
    ['an advisory of a stranger', subjects.connDisconnect, '{"client":7}'],
    ['an unreadable advisory', subjects.connDisconnect, '\u0000'],
  ];

  test.each(strangers)('%s harms nobody', async (_, subject, data) => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const stranger = cluster.broker.connect('stranger');

    stranger.publish(subject, data);
    await cluster.run(3_000);

    expect(cluster.stateOf('agent-1')).toBe('alive');
    expect(cluster.state(id)).toBe('bound.settled');
    expect(cluster.controller.counters.unexpected).toBe(0);
    const warned = cluster.log.lines.filter(({ level }) => level === 'warn');
    if (subject !== subjects.connDisconnect) {
      expect(warned).toEqual([
        expect.objectContaining({
          message: 'a malformed message was dropped',
          fields: expect.objectContaining({ subject }) as object,
        }),
      ]);
    }
  });

  test('what a controller of a newer release knows of an agent is left aside, not the notice', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const stranger = cluster.broker.connect('controller/newer');
    const context = { ...cluster.controller.judge.host.context('agent-1'), mood: 'cheerful' };
    const told = { revision: 1, term: 1, sequence: 1 };
    const notice = { agent: 'agent-1', state: 'alive', context, told };

    stranger.publish(subjects.controller('all', 'verdict'), JSON.stringify(notice));
    await cluster.run(1_000);

    expect(cluster.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('an agent that speaks for another is not heard', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const { incarnation } = cluster.agent('agent-2');
    const impostor = cluster.broker.connect('agent/agent-1/7');
    const subject = subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'goodbye');

    const asked = impostor.request(subject, JSON.stringify({ agent: 'agent-2', incarnation }), 500);
    await expect(cluster.settled(asked)).rejects.toMatchObject({ name: 'RequestTimeout' });

    expect(cluster.stateOf('agent-2')).toBe('alive');
    expect(JSON.stringify(cluster.log.lines)).toContain('agent agent-1 speaks for agent-2');
  });

  test('a write that can not be read is refused with the reason', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const client = cluster.broker.connect('client');

    const id = '0b7f7f62-1111-4a7a-8a3b-5c0c3a4f5e6d';
    const subject = subjects.lb(subjects.shardOf(id, 4), id, 'create');
    const reply = await cluster.settled(client.request(subject, '{"operationId":1}', 500));

    expect(JSON.parse(reply)).toMatchObject({ type: 'fault', status: 400 });
    expect(reply).toContain('operationId');
  });

  test('a command that an agent can not read is refused with the reason', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const client = cluster.broker.connect('client');

    const asked = client.request(subjects.down('agent-1', 'command'), '{"epoch":"one"}', 500);

    expect(JSON.parse(await cluster.settled(asked))).toMatchObject({ type: 'malformed' });
    expect(cluster.agent('agent-1').state).toBe('serving');
  });

  test('who names an impossible epoch does not exhaust the numbers', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const before = cluster.view(id).lastEpoch;
    const liar = cluster.broker.connect('liar');
    const subject = subjects.lb(subjects.shardOf(id, 4), id, 'claim');
    const claimOf = (epoch: number) => {
      const claim = { loadBalancer: id, epoch, generation: 1, removed: false };
      return JSON.stringify({ agent: 'agent-2', incarnation: 1, claim });
    };
    const lostAt = (lastEpoch: number) => JSON.stringify({ lastEpoch, holder: null });

    liar.publish(subject, claimOf(before + epochsAheadMax + 1));
    await cluster.run(1_000);
    expect(cluster.view(id).lastEpoch).toBe(before);
    expect(JSON.stringify(cluster.log.lines)).toContain('an impossible claim was dropped');

    liar.publish(
      subjects.lb(subjects.shardOf(id, 4), id, 'lost'),
      lostAt(before + epochsAheadMax + 1),
    );
    await cluster.run(1_000);
    expect(cluster.view(id).lastEpoch).toBe(before);
    expect(JSON.stringify(cluster.log.lines)).toContain('an impossible record was dropped');

    liar.publish(subject, claimOf(before + epochsAheadMax));
    await cluster.run(1_000);
    expect(cluster.view(id).lastEpoch).toBeGreaterThan(before + epochsAheadMax);
    await cluster.untilSettled(id);
  });
});
