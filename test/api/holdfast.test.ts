import { beforeEach, describe, expect, test } from 'vitest';
import { keepAliveMs, queuedEventsMax, subscribersMax } from '../../src/api/events.ts';
import { fault, type Harness, harness } from './harness.ts';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

test('agents are shown as they are judged', async () => {
  const { status, body } = await api.send('GET', '/holdfast/v1/agents');
  expect([status, body.agents]).toEqual([
    200,
    [
      {
        id: 'agent-1',
        host: 'host-1',
        incarnation: 3,
        state: 'alive',
        reason: null,
        drivers: ['memory'],
        devices: [{ name: 'memory', capacity: null, lost: null }],
        zone: null,
        capacity: null,
        bound_loadbalancers: 2,
        standby_loadbalancers: 1,
        restarting_until: null,
        flapping: null,
        cordon: null,
        since: '2026-01-01T00:00:00.000Z',
      },
    ],
  ]);
});

test('devices are shown with who reaches them, and who does not', async () => {
  const { status, body } = await api.send('GET', '/holdfast/v1/devices');
  const agents = [{ agent: 'agent-1', lost: 'connect ECONNREFUSED' }];
  const device = { name: 'caddy/edge-1', driver: 'caddy', capacity: 9, loadbalancers: 2, agents };
  expect([status, body.devices]).toEqual([200, [device]]);
});

test('the storm brake is shown, and released by an operator', async () => {
  const reason = '2 of 4 hosts went at once (host-1, host-2)';
  const sinceMs = Date.parse('2026-01-02T00:00:00Z');
  const gone = ['host-1', 'host-2'];
  api.fleet.engaged = { engaged: true, sinceMs, reason, gone, hosts: 4 };

  const shown = await api.send('GET', '/holdfast/v1/brake');
  const released = await api.send('POST', '/holdfast/v1/brake/release');

  const since = '2026-01-02T00:00:00.000Z';
  const brake = { engaged: true, since, reason, hosts_gone: gone, hosts: 4 };
  expect([shown.status, shown.body.brake]).toEqual([200, brake]);
  expect([released.status, released.body.brake]).toEqual([
    200,
    { engaged: false, since: null, reason: null, hosts_gone: [], hosts: 3 },
  ]);
});

test('what is under way and waits is shown, and sent at once by an operator', async () => {
  const shown = await api.send('GET', '/holdfast/v1/pacing');
  const released = await api.send('POST', '/holdfast/v1/pacing/release?agent=agent-1');
  const refused = await api.send('POST', '/holdfast/v1/pacing/release?agent=no.agent');

  const agent = { agent: 'agent-1', in_flight: 4, takeovers_waiting: 1, waits_ms: 1_500 };
  const pacing = (waiting: number) => ({
    commands_in_flight_max: 4,
    agents: [{ ...agent, waiting }],
  });
  expect([shown.status, shown.body.pacing]).toEqual([200, pacing(3)]);
  expect([released.status, released.body.pacing]).toEqual([200, pacing(0)]);
  expect(refused.status).toBe(404);
});

test('what would move is shown, and a pass is begun by an operator', async () => {
  const shown = await api.send('GET', '/holdfast/v1/rebalance');
  const begun = await api.send('POST', '/holdfast/v1/rebalance');

  const rebalance = {
    mode: 'off',
    moves_in_flight_max: 4,
    blocked: 'agent agent-3 is suspect',
    moves: [{ loadbalancer: 'web', from: 'agent-1', to: 'agent-2' }],
    agents: [{ agent: 'agent-1', bound_loadbalancers: 9 }],
  };
  expect([shown.status, shown.body.rebalance]).toEqual([200, rebalance]);
  expect([begun.status, begun.body.rebalance, api.fleet.passes]).toEqual([202, rebalance, 1]);
});

test.each([
  ['cordon', { draining: false, since: '2026-01-02T00:00:00.000Z' }],
  ['drain', { draining: true, since: '2026-01-02T00:00:00.000Z' }],
  ['uncordon', null],
])('an agent is told to %s, and shows it', async (verb, cordon) => {
  const { status, body } = await api.send('POST', `/holdfast/v1/agents/agent-1/${verb}`);

  expect([status, body.agent]).toEqual([200, expect.objectContaining({ id: 'agent-1', cordon })]);
});

test('an agent that flaps says so, is passed over in what is explained, and can be trusted again', async () => {
  const { id } = await api.loadBalancer({ name: 'n' });
  api.fleet.flap();

  const shown = await api.send('GET', '/holdfast/v1/agents');
  const explained = await api.send('GET', `/holdfast/v1/loadbalancers/${id}/explain`);
  const trusted = await api.send('POST', '/holdfast/v1/agents/agent-1/trust');

  const reason = 'has died 4 times';
  const times = { since: '2026-01-04T00:00:00.000Z', until: '2026-01-04T00:01:00.000Z' };
  expect(shown.body.agents[0].flapping).toEqual({ times: 4, ...times, reason });
  expect(explained.body.loadbalancer.distrusted).toEqual([{ agent: 'agent-1', reason }]);
  expect([trusted.status, trusted.body.agent.flapping]).toEqual([200, null]);
});

test.each(['agent-9', 'no.agent', 'AGENT', 'a%2Fb'])('an agent %s is not found', async (id) => {
  const { status, body } = await api.send('POST', `/holdfast/v1/agents/${id}/drain`);

  expect([status, body.faultstring]).toEqual([
    404,
    expect.stringMatching(/^Agent .* not found\.$/),
  ]);
});

test.each([
  ['', { incarnation: 3, until: '2026-01-03T00:00:00.000Z' }],
  ['?incarnation=3', { incarnation: 3, until: '2026-01-03T00:00:00.000Z' }],
  ['?incarnation=2', { incarnation: null, until: null }],
])('an agent is restarted%s, and it is said until when it is waited for', async (query, said) => {
  const path = `/holdfast/v1/agents/agent-1/restart${query}`;

  const { status, body } = await api.send('POST', path);

  expect([status, body.restart]).toEqual([202, { agent: 'agent-1', ...said }]);
});

test.each(['0', '-1', '1.5', 'x', ''])('an incarnation %j is refused', async (given) => {
  const path = `/holdfast/v1/agents/agent-1/restart?incarnation=${given}`;

  const { status, body } = await api.send('POST', path);

  expect([status, body.faultstring]).toEqual([400, expect.stringContaining('incarnation')]);
});

test('a load balancer is moved, and answered with where it goes', async () => {
  const { id } = await api.loadBalancer({ name: 'n' });
  const path = `/holdfast/v1/loadbalancers/${id}/move`;

  const { status, body } = await api.send('POST', path, { move: { agent: 'agent-2' } });

  expect([status, body.loadbalancer]).toEqual([
    202,
    expect.objectContaining({ id, binding: { agent: 'agent-2', incarnation: 1, epoch: 2 } }),
  ]);
});

test.each([
  ['no agent', {}, 400],
  ['what no agent is called', { agent: 'Agent One' }, 400],
  ['more than it knows', { agent: 'agent-1', when: 'soon' }, 400],
])('a move that names %s is refused', async (_, move, expected) => {
  const { id } = await api.loadBalancer({ name: 'n' });

  const { status } = await api.send('POST', `/holdfast/v1/loadbalancers/${id}/move`, { move });

  expect(status).toBe(expected);
});

test('a load balancer explains where it is, or why it waits', async () => {
  const { id } = await api.loadBalancer({ name: 'n' });
  const seat = { agent: 'agent-1', incarnation: 3, epoch: 4 };
  api.loadBalancers.change(id, {
    state: 'orphaned',
    standby: seat,
    lastEpoch: 4,
    reason: 'agent-2 may still serve',
    waitingSinceMs: 0,
    rejected: [{ agent: 'agent-1', reason: 'it is draining' }],
  });
  const explained = {
    id,
    name: 'n',
    provider: 'memory',
    state: 'orphaned',
    provisioning_status: 'PENDING_CREATE',
    operating_status: 'OFFLINE',
    deleting: false,
    device: null,
    binding: null,
    standby: seat,
    last_epoch: 4,
    generation: 1,
    applied_generation: 0,
    reason: 'agent-2 may still serve',
    waiting_since: '1970-01-01T00:00:00.000Z',
  };
  const explain = await api.send('GET', `/holdfast/v1/loadbalancers/${id}/explain`);
  expect(explain.body.loadbalancer).toEqual({
    ...explained,
    rejected: [{ agent: 'agent-1', reason: 'it is draining' }],
    distrusted: [],
  });
  const list = await api.send('GET', '/holdfast/v1/loadbalancers');
  expect(list.body.loadbalancers).toEqual([explained]);
  expect(fault(await api.send('GET', '/holdfast/v1/loadbalancers/x/explain'))).toBe(
    '404 Load Balancer x not found.',
  );
});

test('the health check answers', async () => {
  const answer = await api.send('GET', '/healthcheck', undefined, { Accept: 'text/plain' });
  expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } });
});

describe('the stream of events', () => {
  /** Opens a stream; `next` resolves with its next frame, or null at its end. */
  async function open(path = '/holdfast/v1/events', headers: Record<string, string> = {}) {
    const response = await api.app.request(`http://127.0.0.1:9876${path}`, { headers });
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('no body');
    const decoder = new TextDecoder();
    return {
      response,
      cancel: () => reader.cancel(),
      next: async () => {
        const { done, value } = await reader.read();
        return done ? null : decoder.decode(value);
      },
    };
  }

  test('begins after the event that was asked for, and goes on live', async () => {
    for (let count = 0; count < 3; count += 1) api.feed.emit();
    const stream = await open('/holdfast/v1/events?since=2');
    expect(stream.response.headers.get('Content-Type')).toBe('text/event-stream');
    const first = await stream.next();
    expect(first).toMatch(/^id: 3\nevent: transition\ndata: \{.*\}\n\n$/);
    api.feed.emit({ id: 'b', reason: 'because\nof it' });
    const second = (await stream.next()) ?? '';
    expect(second).toMatch(/^id: 4\n/);
    expect(JSON.parse(second.split('data: ')[1] ?? '')).toEqual({
      sequence: 4,
      at: '1970-01-01T00:00:00.000Z',
      kind: 'load-balancer',
      id: 'b',
      from: 'pending',
      to: 'bound.settled',
      event: 'committed',
      binding: null,
      reason: 'because\nof it',
    });
    await stream.cancel();
  });

  test('is taken up again by the id that a browser sends', async () => {
    for (let count = 0; count < 3; count += 1) api.feed.emit();
    const stream = await open('/holdfast/v1/events', { 'Last-Event-ID': '1' });
    expect(await stream.next()).toMatch(/^id: 2\n/);
    await stream.cancel();
  });

  test('begins at a number only', async () => {
    for (const since of ['x', '-1', '1.5', '']) {
      expect(fault(await api.send('GET', `/holdfast/v1/events?since=${since}`))).toMatch(
        /^400 since must be the sequence of an event/,
      );
    }
  });

  test('drops a reader that is too slow, and tells it', async () => {
    const stream = await open();
    // One event is on its way to the reader beside those that wait.
    for (let count = 0; count < queuedEventsMax + 2; count += 1) api.feed.emit();
    expect(api.feed.subscribers).toBe(0);
    let last: string | null = null;
    for (let frame = await stream.next(); frame !== null; frame = await stream.next()) last = frame;
    expect(last).toMatch(/^: dropped, because you read too slowly/);
    expect(api.clock.pending).toBe(0);
  });

  test('keeps a reader that has as many waiting as it may', async () => {
    const stream = await open();
    for (let count = 0; count < queuedEventsMax; count += 1) api.feed.emit();
    expect(api.feed.subscribers).toBe(1);
    for (let count = 1; count <= queuedEventsMax; count += 1) {
      expect(await stream.next()).toMatch(new RegExp(`^id: ${count}\n`));
    }
    await stream.cancel();
  });

  test('says in quiet times that it is there', async () => {
    const stream = await open();
    api.clock.advance(keepAliveMs);
    expect(await stream.next()).toBe(': still here\n\n');
    api.clock.advance(keepAliveMs);
    expect(await stream.next()).toBe(': still here\n\n');
    await stream.cancel();
  });

  test('leaves nothing behind when its reader goes', async () => {
    const stream = await open();
    expect(api.feed.subscribers).toBe(1);
    await stream.cancel();
    expect([api.feed.subscribers, api.clock.pending]).toEqual([0, 0]);
  });

  test('has so many readers and no more', async () => {
    const streams = [];
    for (let count = 0; count < subscribersMax; count += 1) streams.push(await open());
    expect(fault(await api.send('GET', '/holdfast/v1/events'))).toMatch(
      /^503 There are 64 readers/,
    );
    await streams[0]?.cancel();
    await (await open()).cancel();
    for (const stream of streams) await stream.cancel();
  });
});
