import { describe, expect, test } from 'vitest';
import {
  agentConnection,
  controller,
  controllerConnection,
  down,
  events,
  lb,
  meansClosed,
  parseConnectionName,
  parseController,
  parseDisconnect,
  parseDown,
  parseEvent,
  parseLb,
  parseTicket,
  parseUp,
  queueTokenMax,
  shardOf,
  ticket,
  ticketConsumer,
  ticketsOf,
  up,
} from '../../machines/protocol/subjects.ts';

describe('subjects', () => {
  test('are read back as they were built', () => {
    expect(parseUp(up('a-1', 7, 'heartbeat'))).toEqual({
      agent: 'a-1',
      shard: 7,
      kind: 'heartbeat',
    });
    expect(parseDown(down('a-1', 'lb.apply'))).toEqual({ agent: 'a-1', kind: 'lb.apply' });
    expect(parseLb(lb(63, 'x-y', 'edit'))).toEqual({ shard: 63, id: 'x-y', verb: 'edit' });
    expect(parseEvent(events('bound', 'x'))).toEqual({ kind: 'bound', id: 'x' });
    expect(parseController(controller('c1', 'ask'))).toEqual({ id: 'c1', kind: 'ask' });
  });

  test('of strangers are not read', () => {
    for (const text of ['', 'hf.up', 'hf.up.a.x.kind', 'hf.up.a.1', 'hf.up.*.1.x', 'up.a.1.x']) {
      expect(parseUp(text), text).toBeNull();
    }
    expect(parseLb('hf.lb.1.x')).toBeNull();
    expect(parseDown('hf.up.a.1.x')).toBeNull();
  });

  test('can not be made to address somebody else', () => {
    for (const id of ['*', '>', 'a b', 'a.>', '']) {
      expect(() => down(id, 'x'), id).toThrow('is no subject');
    }
  });
});

describe('tickets', () => {
  test('have keys that are read back, whatever text they are', () => {
    for (const key of ['5f0a4f6e-0f7a', 'a.b', '*', 'ü', '_', 'a_2eb', '🙂']) {
      expect(parseTicket(ticket('caddy', 'one', key)), key).toBe(key);
    }
  });

  test('of strangers are not read', () => {
    for (const text of [
      '',
      'hf.work.a.b',
      'hf.work.a.b.c.d',
      'hf.work.a.b.c_',
      'hf.work.a.b._ff',
    ]) {
      expect(parseTicket(text), text).toBeNull();
    }
  });

  test('of queues whose names differ never share a subject or a consumer', () => {
    const names = ['a', 'b', 'a.b', 'a_b', 'a_2eb', '_', '__', 'a__b'];
    const queues = names.flatMap((driver) => names.map((device) => [driver, device] as const));
    const subjects = queues.map(([driver, device]) => ticketsOf(driver, device));
    const consumers = queues.map(([driver, device]) => ticketConsumer(driver, device));
    expect(new Set(subjects).size).toBe(queues.length);
    expect(new Set(consumers).size).toBe(queues.length);
    for (const consumer of consumers) expect(consumer).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  test('have names up to the limit', () => {
    const longest = '.'.repeat(queueTokenMax / 3);
    expect(ticketConsumer(longest, longest).length).toBeLessThan(255);
    expect(() => ticketConsumer('a', `${longest}b`)).toThrow('takes 121 characters in a subject');
  });
});

describe('shards', () => {
  test('of an id never change', () => {
    expect(shardOf('5f0a4f6e-0f7a-4c55-9d0b-6c1d1f0a9e11')).toBe(
      shardOf('5f0a4f6e-0f7a-4c55-9d0b-6c1d1f0a9e11', 64),
    );
    // A change of these numbers would leave every record with the wrong owner.
    expect(['a1', 'a2', 'load-balancer'].map((id) => shardOf(id))).toEqual([20, 11, 1]);
  });

  test('share ids evenly', () => {
    const counts = Array.from({ length: 64 }, () => 0);
    for (let index = 0; index < 64_000; index += 1) {
      const shard = shardOf(`agent-${index}`);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});

describe('connection names', () => {
  test('are read back as they were built', () => {
    expect(parseConnectionName(agentConnection('a1', 12))).toEqual({
      role: 'agent',
      id: 'a1',
      incarnation: 12,
    });
    expect(parseConnectionName(controllerConnection('c1'))).toEqual({
      role: 'controller',
      id: 'c1',
    });
  });

  test('of strangers are not read', () => {
    const strange = ['', 'nats cli', 'agent/a1', 'agent/a1/0', 'agent/a1/x', 'agent/A/1'];
    for (const name of [
      ...strange,
      'agent/a1/1/2',
      'controller/c1/2',
      'controller/',
      'other/a/1',
    ]) {
      expect(parseConnectionName(name), name).toBeNull();
    }
  });
});

describe('advisories', () => {
  test('of strangers are not read', () => {
    for (const data of ['', '{', 'null', '[]', '{"client":{"id":1}}', '{"reason":"Read Error"}']) {
      expect(parseDisconnect(data), data).toBeNull();
    }
  });

  test('mean a closed connection for three reasons only', () => {
    expect(['Client Closed', 'Read Error', 'Write Error'].map(meansClosed)).toEqual([
      true,
      true,
      true,
    ]);
    const others = ['Stale Connection', 'Slow Consumer (Pending Bytes)', 'Server Shutdown', ''];
    expect(others.map(meansClosed)).toEqual([false, false, false, false]);
  });
});
