import { expect, test } from 'vitest';
import { noTraffic } from '../../machines/health/statistics.ts';
import { Fault } from '../../machines/model/fault.ts';
import { harness } from './harness.ts';

const counted = {
  active_connections: 1,
  bytes_in: 20,
  bytes_out: 300,
  request_errors: 4,
  total_connections: 5,
};

async function web() {
  const api = await harness();
  const listeners = [80, 81].map((protocol_port) => ({ protocol: 'HTTP', protocol_port }));
  const made = await api.loadBalancer({ listeners });
  const ids = made.listeners.map(({ id }: { id: string }) => id) as string[];
  return { ...api, id: made.id as string, ids };
}

test("a listener's statistics are its own, and a load balancer's are all of its listeners'", async () => {
  const { send, loadBalancers, id, ids } = await web();
  loadBalancers.counted = Object.fromEntries(ids.map((each) => [each, counted]));

  const one = await send('GET', `/v2.0/lbaas/listeners/${ids[0]}/stats`);
  const all = await send('GET', `/v2.0/lbaas/loadbalancers/${id}/stats`);

  expect(one).toMatchObject({ status: 200, body: { stats: counted } });
  expect(all.body).toEqual({
    stats: {
      active_connections: 2,
      bytes_in: 40,
      bytes_out: 600,
      request_errors: 8,
      total_connections: 10,
    },
  });
});

test('a listener of which nothing is told has had no traffic', async () => {
  const { send, ids } = await web();
  const { body } = await send('GET', `/v2.0/lbaas/listeners/${ids[1]}/stats`);
  expect(body).toEqual({ stats: noTraffic });
});

test('what is not there is not found, under its own name', async () => {
  const { send } = await web();
  const nowhere = '99999999-9999-4999-8999-999999999999';
  const listener = await send('GET', `/v2.0/lbaas/listeners/${nowhere}/stats`);
  const whole = await send('GET', `/v2.0/lbaas/loadbalancers/${nowhere}/stats`);
  expect([listener.status, listener.body.faultstring]).toEqual([
    404,
    `Listener ${nowhere} not found.`,
  ]);
  expect([whole.status, whole.body.faultstring]).toEqual([
    404,
    `Load Balancer ${nowhere} not found.`,
  ]);
});

test('what nobody can tell now is refused with the reason, and when to ask again', async () => {
  const { send, loadBalancers, id } = await web();
  loadBalancers.failure = new Fault(503, 'agent-1 is not there', 1);
  const answer = await send('GET', `/v2.0/lbaas/loadbalancers/${id}/stats`);
  expect([answer.status, answer.body.faultstring, answer.headers.get('retry-after')]).toEqual([
    503,
    'agent-1 is not there',
    '1',
  ]);
});
