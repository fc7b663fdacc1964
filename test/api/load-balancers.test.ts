import { beforeEach, describe, expect, test } from 'vitest';
import { fault, type Harness, harness } from './harness.ts';

const collection = '/v2.0/lbaas/loadbalancers';
const missing = '30000000-0000-4000-8000-000000000009';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

describe('a load balancer', () => {
  test('is found by filters, oldest first', async () => {
    const first = await api.loadBalancer({ name: 'b', project_id: 'p' });
    api.clock.advance(1000);
    const second = await api.loadBalancer({ name: 'a', project_id: 'q', admin_state_up: false });
    const ids = async (query: string) => {
      const { status, body } = await api.send('GET', `${collection}${query}`);
      expect(status).toBe(200);
      expect(body.loadbalancers_links).toEqual([]);
      return body.loadbalancers.map(({ id }: { id: string }) => id);
    };
    expect(await ids('')).toEqual([first.id, second.id]);
    expect(await ids('?name=a')).toEqual([second.id]);
    expect(await ids(`?id=${first.id}`)).toEqual([first.id]);
    expect(await ids('?project_id=q')).toEqual([second.id]);
    expect(await ids('?tenant_id=q')).toEqual([second.id]);
    expect(await ids('?project_id=q&name=b')).toEqual([]);
    expect(await ids('?admin_state_up=False')).toEqual([second.id]);
    expect(await ids('?provisioning_status=PENDING_CREATE')).toEqual([first.id, second.id]);
    expect(await ids('?name=')).toEqual([]);
  });

  test('is not filtered by what it has not', async () => {
    expect(fault(await api.send('GET', `${collection}?colour=red`))).toMatch(
      /^400 One or more arguments are either duplicate or invalid: colour\./,
    );
    expect(fault(await api.send('GET', `${collection}?name=a&name=b`))).toMatch(/^400 .*name/);
    expect(fault(await api.send('GET', `${collection}?__proto__=x`))).toMatch(/^400/);
  });

  test('that is not there is a 404', async () => {
    for (const [method, body] of [['GET'], ['PUT', { loadbalancer: {} }], ['DELETE']] as const) {
      expect(fault(await api.send(method, `${collection}/${missing}`, body))).toBe(
        `404 Load Balancer ${missing} not found.`,
      );
    }
    expect(fault(await api.send('GET', `${collection}/__proto__`))).toMatch(/^404/);
  });

  test('is shown as it is known while the store does not tell, and marked', async () => {
    const { id } = await api.loadBalancer({ name: 'n' });
    const marked = 'x-holdfast-unconfirmed';
    const path = `http://localhost${collection}/${id}`;
    expect((await api.app.request(path)).headers.get(marked)).toBeNull();
    api.loadBalancers.isCurrent = false;
    const response = await api.app.request(path);
    expect([response.status, response.headers.get(marked)]).toEqual([200, 'true']);
  });

  test('is not said to be missing while another controller may know it', async () => {
    api.loadBalancers.isCurrent = false;
    expect(fault(await api.send('GET', `${collection}/${missing}`))).toMatch(
      /^503 The store does not answer, so this may be wrong: Load Balancer .* not found\.$/,
    );
  });

  test('is updated; null resets, and what is left out stays', async () => {
    const { id } = await api.loadBalancer({ name: 'n', description: 'd', tags: ['t'] });
    api.clock.advance(60_000);
    const changes = { description: null, admin_state_up: false, vip_sg_ids: null };
    const { status, body } = await api.send('PUT', `${collection}/${id}`, {
      loadbalancer: changes,
    });
    expect(status).toBe(200);
    expect(body.loadbalancer).toMatchObject({
      name: 'n',
      description: '',
      admin_state_up: false,
      tags: ['t'],
      updated_at: '2026-01-02T03:05:05',
      provisioning_status: 'PENDING_UPDATE',
    });
  });

  test('keeps what makes it this load balancer', async () => {
    const { id } = await api.loadBalancer();
    for (const attribute of ['vip_address', 'provider', 'id', 'project_id', 'listeners']) {
      const request = { loadbalancer: { [attribute]: 'x' } };
      expect(fault(await api.send('PUT', `${collection}/${id}`, request))).toBe(
        `400 Unknown attribute for argument loadbalancer: ${attribute}`,
      );
    }
  });

  test('is deleted with its children only by cascade', async () => {
    const { id } = await api.loadBalancer({
      pools: [{ name: 'p', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' }],
    });
    expect(fault(await api.send('DELETE', `${collection}/${id}`))).toBe(
      `400 Validation failure: Cannot delete Load Balancer ${id} - it has children`,
    );
    expect(fault(await api.send('DELETE', `${collection}/${id}?cascade=treu`))).toMatch(
      /^400 .*treu/,
    );
    const answer = await api.send('DELETE', `${collection}/${id}?cascade=True`);
    expect(answer).toMatchObject({ status: 204, body: null });
  });

  test('that is being deleted shows it, and takes no edits', async () => {
    const { id } = await api.loadBalancer();
    await api.send('DELETE', `${collection}/${id}`);
    const { body } = await api.send('GET', `${collection}/${id}`);
    expect(body.loadbalancer.provisioning_status).toBe('PENDING_DELETE');
    expect(fault(await api.send('PUT', `${collection}/${id}`, { loadbalancer: {} }))).toBe(
      `409 Load Balancer ${id} is immutable and cannot be updated.`,
    );
  });

  test('has a status tree, under both of its names', async () => {
    const made = await api.loadBalancer({
      name: 'n',
      listeners: [{ protocol: 'HTTP', protocol_port: 80, default_pool: { name: 'p' } }],
      pools: [
        {
          name: 'p',
          protocol: 'HTTP',
          lb_algorithm: 'ROUND_ROBIN',
          healthmonitor: { type: 'TCP', delay: 5, timeout: 3, max_retries: 2 },
          members: [{ address: '198.51.100.7', protocol_port: 80 }],
        },
        { name: 'unused', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' },
      ],
    });
    const [aListener] = made.listeners;
    const [aPool] = made.pools;
    const [aMember] = aPool.members;
    api.loadBalancers.settle(made.id);
    api.loadBalancers.change(made.id, {
      operating: {
        loadBalancer: 'ONLINE',
        listeners: { [aListener.id]: 'ONLINE' },
        pools: { [aPool.id]: 'DEGRADED' },
        members: { [aMember.id]: 'ERROR' },
      },
    });
    const { body } = await api.send('GET', `${collection}/${made.id}/status`);
    expect(body).toEqual({
      statuses: {
        loadbalancer: {
          id: made.id,
          name: 'n',
          operating_status: 'ONLINE',
          provisioning_status: 'ACTIVE',
          listeners: [
            {
              id: aListener.id,
              name: '',
              operating_status: 'ONLINE',
              provisioning_status: 'ACTIVE',
              pools: [
                {
                  id: aPool.id,
                  name: 'p',
                  operating_status: 'DEGRADED',
                  provisioning_status: 'ACTIVE',
                  health_monitor: {
                    id: aPool.healthmonitor.id,
                    name: '',
                    type: 'TCP',
                    operating_status: 'ONLINE',
                    provisioning_status: 'ACTIVE',
                  },
                  members: [
                    {
                      id: aMember.id,
                      name: '',
                      operating_status: 'ERROR',
                      provisioning_status: 'ACTIVE',
                      address: '198.51.100.7',
                      protocol_port: 80,
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    });
    const alias = await api.send('GET', `${collection}/${made.id}/statuses`);
    expect(alias.body).toEqual(body);
  });
});
