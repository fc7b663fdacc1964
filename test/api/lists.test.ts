import { beforeEach, describe, expect, test } from 'vitest';
import { type Harness, fault, harness } from './harness.ts';

const collection = '/v2.0/lbaas/loadbalancers';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

const get = (query: string, path = collection) => api.send('GET', `${path}?${query}`);
const names = async (query: string, path?: string) => {
  const { status, body } = await get(query, path);
  if (status !== 200) throw new Error(`${status} ${body.faultstring}`);
  return Object.values<{ name: string }[]>(body)[0]?.map(({ name }) => name);
};
const refused = async (query: string, path?: string) => fault(await get(query, path));

/** Load balancers of these names, a second apart, with addresses in this order. */
async function made(...all: string[]) {
  const ids: string[] = [];
  for (const name of all) {
    ids.push((await api.loadBalancer({ name })).id);
    api.clock.advance(1000);
  }
  return ids;
}

describe('a page', () => {
  test('is as large as asked for, and says where its neighbours are', async () => {
    await made('a', 'b', 'c', 'd', 'e');
    const walk = async (first: string, rel: string) => {
      const pages: unknown[] = [];
      let url: string | null = first;
      while (url !== null) {
        const { body } = await api.send('GET', url);
        pages.push(body.loadbalancers.map(({ name }: { name: string }) => name).join(''));
        const link = body.loadbalancers_links.find((each: { rel: string }) => each.rel === rel);
        url = link === undefined ? null : link.href.replace('http://127.0.0.1:9876', '');
      }
      return pages;
    };
    expect(await walk(`${collection}?limit=2`, 'next')).toEqual(['ab', 'cd', 'e']);
    expect(await walk(`${collection}?limit=2&page_reverse=True`, 'previous')).toEqual([
      'de',
      'bc',
      'a',
    ]);
    expect(await walk(`${collection}?limit=5`, 'next')).toEqual(['abcde']);
    expect(await walk(`${collection}?limit=2&sort=name:desc`, 'next')).toEqual(['ed', 'cb', 'a']);
  });

  test('begins behind its marker, or ends before it', async () => {
    const [, b, c] = await made('a', 'b', 'c', 'd');
    expect(await names(`marker=${b}`)).toEqual(['c', 'd']);
    expect(await names(`marker=${b?.toUpperCase()}&limit=1`)).toEqual(['c']);
    expect(await names(`marker=${c}&page_reverse=true`)).toEqual(['a', 'b']);
    expect(await names(`marker=${c}&page_reverse=true&limit=1`)).toEqual(['b']);
  });

  test('may begin at an item that the filters no longer find', async () => {
    const [, b] = await made('a', 'b', 'c', 'd');
    await api.send('PUT', `${collection}/${b}`, { loadbalancer: { admin_state_up: false } });
    const { body } = await get(`marker=${b}&limit=1&admin_state_up=True`);
    expect(body.loadbalancers).toMatchObject([{ name: 'c' }]);
    expect(body.loadbalancers_links.map(({ rel }: { rel: string }) => rel)).toEqual([
      'previous',
      'next',
    ]);
  });

  test('links to the path and the query that were asked for', async () => {
    const [a, b] = await made('a', 'b', 'c');
    const query = 'admin_state_up=True&tags=&fields=name&fields=id&sort=name';
    const { body } = await api.send(
      'GET',
      `/v2/lbaas/loadbalancers.json?${query}&limit=1&marker=${a}`,
    );
    const link = (more: string) =>
      `http://127.0.0.1:9876/v2/lbaas/loadbalancers.json?${query}&limit=1&marker=${b}${more}`;
    expect(body.loadbalancers_links).toEqual([
      { rel: 'previous', href: link('&page_reverse=True') },
      { rel: 'next', href: link('') },
    ]);
  });

  test('has no links where it has no items', async () => {
    const [a] = await made('a');
    expect((await get(`marker=${a}`)).body).toEqual({ loadbalancers: [], loadbalancers_links: [] });
  });

  test.each(['limit=4', 'limit=3', 'limit=infinite', 'limit=0', 'limit=-1', ''])(
    'has no more items than may be, whatever is asked for: %s',
    async (query) => {
      api = await harness({ config: { pageSizeMax: 3 } });
      await made('a', 'b', 'c');
      expect((await get(query)).body.loadbalancers_links).toEqual([]);
      await made('d');
      const { body } = await get(query);
      expect(body.loadbalancers).toHaveLength(3);
      expect(body.loadbalancers_links).toMatchObject([{ rel: 'next' }]);
      expect(body.loadbalancers_links[0].href).toContain('limit=3&marker=');
    },
  );

  test('that can not be meant is refused', async () => {
    await made('a');
    expect(await refused('limit=many')).toBe(
      "400 Supplied pagination limit 'many' is not valid. Give a number, or 'infinite' for the greatest, which is 1000.",
    );
    expect(await refused('limit=1.5')).toMatch(
      /^400 Supplied pagination limit '1\.5' is not valid/,
    );
    expect(await refused('limit=1&limit=2')).toMatch(/^400 .*duplicate or invalid: limit\.$/);
    expect(await refused('marker=x')).toBe(
      "400 Supplied pagination marker 'x' is not valid. Give the id of an item of this list, or begin again without a marker if it was deleted.",
    );
    expect(await refused('page_reverse=maybe')).toBe(
      "400 Invalid input for field/attribute page_reverse. Value: 'maybe'. Value not an unambiguous boolean",
    );
  });
});

describe('the order', () => {
  test('is the one asked for, in both ways to ask', async () => {
    const [a, b, c] = await made('b', 'a', 'c');
    const describe = (id: string | undefined, description: string) =>
      api.send('PUT', `${collection}/${id}`, { loadbalancer: { description } });
    await describe(a, 'x');
    await describe(b, 'y');
    await describe(c, 'x');
    expect(await names('sort=name')).toEqual(['a', 'b', 'c']);
    expect(await names('sort=name:DESC')).toEqual(['c', 'b', 'a']);
    expect(await names('sort=description,name:desc')).toEqual(['c', 'b', 'a']);
    expect(await names('sort_key=description,name&sort_dir=desc,asc')).toEqual(['a', 'b', 'c']);
    expect(await names('sort_key=description&sort_dir=desc')).toEqual(['a', 'b', 'c']);
    expect(await names('sort_key=created_at&sort_dir=desc')).toEqual(['c', 'a', 'b']);
  });

  test('of numbers is by their size, and of nothing first', async () => {
    const member = (protocol_port: number, monitor_port?: number) => ({
      name: `p${protocol_port}`,
      address: '198.51.100.7',
      protocol_port,
      monitor_port,
    });
    const members = [member(443, 1000), member(8080, 90), member(80)];
    const pool = { name: 'p', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN', members };
    const { pools } = await api.loadBalancer({ pools: [pool] });
    const path = `/v2.0/lbaas/pools/${pools[0].id}/members`;
    expect(await names('sort=protocol_port', path)).toEqual(['p80', 'p443', 'p8080']);
    expect(await names('sort=monitor_port', path)).toEqual(['p80', 'p8080', 'p443']);
    expect(await names('sort=monitor_port:desc', path)).toEqual(['p443', 'p8080', 'p80']);
  });

  test('that can not be meant is refused', async () => {
    expect(await refused('sort=colour')).toMatch(
      /^400 Supplied sort key 'colour' is not valid\. Sort keys are id, name, .*vip_address/,
    );
    expect(await refused('sort=tags')).toMatch(/^400 Supplied sort key 'tags' is not valid/);
    expect(await refused('sort=name,name:desc')).toMatch(
      /^400 Supplied sort key 'name' is not valid: it is given twice\./,
    );
    expect(await refused('sort=name:up')).toBe(
      "400 Supplied sort direction 'up' is not valid. Give asc or desc.",
    );
    expect(await refused('sort=name:asc:desc')).toMatch(/^400 Supplied sort key 'name:asc:desc'/);
    expect(await refused('sort_key=name&sort_dir=asc,desc')).toMatch(
      /^400 Supplied sort direction 'asc,desc' is not valid: there are 2 directions for 1 sort keys/,
    );
    expect(await refused('sort=name&sort_key=id')).toMatch(/^400 Only one of sort and sort_key/);
  });
});

describe('a filter', () => {
  test('compares by what a value means', async () => {
    const ids = await made('a', 'B');
    await api.send('PUT', `${collection}/${ids[1]}`, { loadbalancer: { admin_state_up: false } });
    expect(await names('admin_state_up=False')).toEqual(['B']);
    expect(await names('admin_state_up=1')).toEqual(['a']);
    expect(await names('name=b')).toEqual([]);
    expect(await names(`id=${ids[0]?.toUpperCase()}`)).toEqual(['a']);
    expect(await names('provisioning_status=pending_create')).toEqual(['a']);
    expect(await names('vip_address=203.0.113.1')).toEqual(['a']);
    expect(await names('vip_port_id=')).toEqual(['a', 'B']);
    expect(await names('tenant_id=default&name=a')).toEqual(['a']);
    expect(await names('flavor_id=x')).toEqual([]);
  });

  test('finds the children of a load balancer, and the monitor of a pool', async () => {
    const pool = (name: string) => ({
      name,
      protocol: 'HTTP',
      lb_algorithm: 'ROUND_ROBIN',
      healthmonitor: { name: `${name}-check`, type: 'TCP', delay: 5, timeout: 3, max_retries: 2 },
    });
    const first = await api.loadBalancer({ pools: [pool('p'), pool('q')] });
    await api.loadBalancer({ pools: [pool('r')] });
    const of = `loadbalancer_id=${first.id}`;
    expect(await names(`${of}&sort=name`, '/v2.0/lbaas/pools')).toEqual(['p', 'q']);
    const monitors = '/v2.0/lbaas/healthmonitors';
    expect(await names(`${of}&sort=name`, monitors)).toEqual(['p-check', 'q-check']);
    const [{ id }] = (await get('name=q', '/v2.0/lbaas/pools')).body.pools;
    expect(await names(`pool_id=${id}`, monitors)).toEqual(['q-check']);
    expect(await names('delay=5.0&name=r-check', monitors)).toEqual(['r-check']);
  });

  test('by tags asks for all, any, not all or none of them', async () => {
    for (const tags of [['x', 'y'], ['x'], ['z'], []]) {
      await api.loadBalancer({ name: tags.join('+') || 'none', tags });
      api.clock.advance(1000);
    }
    expect(await names('tags=x,y')).toEqual(['x+y']);
    expect(await names('tags=x&tags=y')).toEqual(['x+y']);
    expect(await names('tags-any=y,z')).toEqual(['x+y', 'z']);
    expect(await names('not-tags=x,y')).toEqual(['x', 'z', 'none']);
    expect(await names('not-tags-any=x,y')).toEqual(['z', 'none']);
    expect(await names('tags=x&not-tags-any=y')).toEqual(['x']);
    expect(await names('tags=')).toEqual(['x+y', 'x', 'z', 'none']);
  });

  test('is answered whatever an item holds', async () => {
    const tls = { protocol: 'TERMINATED_HTTPS', default_tls_container_ref: 'https://keys/1' };
    const ages = { a: 5, b: Number.MAX_SAFE_INTEGER };
    const listeners = Object.entries(ages).map(([name, hsts_max_age], index) => ({
      ...tls,
      ...{ name, hsts_max_age, protocol_port: 443 + index },
    }));
    const { id } = await api.loadBalancer({ name: 'odd', listeners });
    const view = api.loadBalancers.get(id);
    if (view === null) throw new Error('the load balancer is gone');
    api.loadBalancers.change(id, { document: { ...view.document, vip_address: '10.1' } });
    await made('plain');

    const path = '/v2.0/lbaas/listeners';
    const small = await names('hsts_max_age=5', path);
    const great = await names(`hsts_max_age=${Number.MAX_SAFE_INTEGER}`, path);
    const byAddress = await names('vip_address=203.0.113.2');

    expect([small, great, byAddress]).toEqual([['a'], ['b'], ['plain']]);
  });

  test('that no item could have is refused, also where there are none', async () => {
    const words = '400 One or more arguments are either duplicate or invalid';
    expect(await refused('colour=red')).toMatch(
      /^400 .* invalid: colour\. Filters are id, name, admin_state_up, .*loadbalancer_id\.$/,
    );
    expect(await refused('listeners=x')).toContain(`${words}: listeners.`);
    expect(await refused('name=a&name=b')).toContain(`${words}: name.`);
    expect(await refused('admin_state_up=maybe')).toMatch(/^400 .*not an unambiguous boolean$/);
    expect(await refused('vip_address=10.1')).toMatch(/^400 .*IPv4 or IPv6 format$/);
    expect(await refused('protocol_port=http', '/v2.0/lbaas/listeners')).toBe(
      "400 Invalid input for field/attribute protocol_port. Value: 'http'. Value should be a number",
    );
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(await refused(`${name}=x`)).toContain(`${words}: ${name}.`);
      expect(await refused(`sort=${name}`)).toMatch(/^400 Supplied sort key/);
      expect(await refused(`fields=${name}`)).toContain(`${words}: fields ${name}.`);
    }
  });
});

describe('fields', () => {
  test('are all that is shown, of lists and of single resources', async () => {
    const [id] = await made('a');
    for (const query of ['fields=id&fields=name', 'fields=name,id']) {
      expect((await get(query)).body.loadbalancers).toEqual([{ id, name: 'a' }]);
      expect((await get(query, `${collection}/${id}`)).body).toEqual({
        loadbalancer: { id, name: 'a' },
      });
    }
    expect(await refused('fields=colour')).toMatch(/invalid: fields colour\. Fields are id, name/);
    expect(await refused('fields=colour', `${collection}/${id}`)).toMatch(/^400 .*fields colour/);
  });
});

test('the attributes that a query may name are those that answers have', async () => {
  const healthmonitor = { type: 'TCP', delay: 5, timeout: 3, max_retries: 2 };
  const members = [{ address: '198.51.100.7', protocol_port: 80 }];
  const rest = { protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' };
  const default_pool = { name: 'p', ...rest, healthmonitor, members };
  await api.loadBalancer({
    vip_port_id: '40000000-0000-4000-8000-000000000001',
    vip_address: '203.0.113.3',
    listeners: [{ protocol: 'HTTP', protocol_port: 80, default_pool }],
  });
  const [pool] = (await api.send('GET', '/v2.0/lbaas/pools')).body.pools;
  for (const path of [
    'lbaas/loadbalancers',
    'lbaas/listeners',
    'lbaas/pools',
    `lbaas/pools/${pool.id}/members`,
    'lbaas/healthmonitors',
    'subnets',
    'networks',
    'ports',
  ]) {
    const { body } = await api.send('GET', `/v2.0/${path}`);
    const [resource] = Object.values<object[]>(body)[0] ?? [];
    const answer = await refused('fields=none', `/v2.0/${path}`);
    const known = /Fields are (.*)\.$/.exec(answer)?.[1]?.split(', ');
    expect(known?.toSorted(), path).toEqual(Object.keys(resource ?? {}).toSorted());
    for (const [name, value] of Object.entries(resource ?? {})) {
      // What is a list or an object can be shown, but not compared.
      if (typeof value === 'object') continue;
      const query = new URLSearchParams({ [name]: String(value) }).toString();
      const found = await get(query, `/v2.0/${path}`);
      expect(Object.values<object[]>(found.body)[0], `${path}?${query}`).toEqual([resource]);
    }
  }
});
