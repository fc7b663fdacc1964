import { beforeEach, describe, expect, test } from 'vitest';
import { membersPerRequestMax } from '../../src/api/schemas/member.ts';
import { type Answer, fault, type Harness, harness } from './harness.ts';

let api: Harness;
let lb: string;
let path: string;
beforeEach(async () => {
  api = await harness();
  const pool = { name: 'p', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' };
  const made = await api.loadBalancer({ pools: [pool] });
  lb = made.id;
  path = `/v2.0/lbaas/pools/${made.pools[0].id}/members`;
});

const endpoint = (host: number, fields: object = {}) => ({
  address: `198.51.100.${host}`,
  protocol_port: 80,
  ...fields,
});
const put = (members: object[], query = '') => api.send('PUT', `${path}${query}`, { members });
const members = async (): Promise<Answer['body'][]> =>
  (await api.send('GET', `${path}?sort=address`)).body.members;
const brief = async () =>
  (await members()).map((each) => `${each.address.split('.')[3]} ${each.name} ${each.weight}`);

describe('a batch of members', () => {
  test('is what the pool has afterwards: new ones come, others change, the rest goes', async () => {
    expect(
      await put([endpoint(1, { name: 'a' }), endpoint(2, { name: 'b', weight: 5 })]),
    ).toMatchObject({ status: 202, body: null });
    const [first, second] = await members();
    expect(await brief()).toEqual(['1 a 1', '2 b 5']);

    await put([endpoint(2, { weight: 7 }), endpoint(3, { name: 'c' })]);
    expect(await brief()).toEqual(['2 b 7', '3 c 1']);
    const ids = (await members()).map(({ id }) => id);
    expect(ids).toContain(second.id);
    expect(ids).not.toContain(first.id);

    await put([]);
    expect(await members()).toEqual([]);
  });

  test('can add without taking away', async () => {
    await put([endpoint(1, { name: 'a' }), endpoint(2)]);
    await put([endpoint(2, { weight: 3 }), endpoint(3)], '?additive_only=True');
    expect(await brief()).toEqual(['1 a 1', '2  3', '3  1']);
  });

  test('resets what it leaves out, but for names and tags', async () => {
    const fields = { weight: 9, backup: true, monitor_port: 81, monitor_address: '198.51.100.9' };
    await put([endpoint(1, { ...fields, admin_state_up: false, name: 'a', tags: ['t'] })]);
    await put([endpoint(1)]);
    expect(await members()).toMatchObject([
      {
        ...{ weight: 1, backup: false, monitor_port: null, monitor_address: null },
        ...{ admin_state_up: true, name: 'a', tags: ['t'] },
      },
    ]);
  });

  test('touches only what it changes, and is no edit where it changes nothing', async () => {
    await put([endpoint(1, { name: 'a' }), endpoint(2)]);
    api.loadBalancers.settle(lb);
    const edits = api.loadBalancers.requestIds.length;

    await put([endpoint(2), endpoint(1)]);
    await put([endpoint(1)], '?additive_only=true');
    expect(api.loadBalancers.requestIds).toHaveLength(edits);
    expect((await members()).map((each) => each.provisioning_status)).toEqual(['ACTIVE', 'ACTIVE']);

    await put([endpoint(1), endpoint(2, { weight: 2 })]);
    expect((await members()).map((each) => each.provisioning_status)).toEqual([
      'ACTIVE',
      'PENDING_UPDATE',
    ]);
  });

  test('goes to the owner where what is known here may be outdated', async () => {
    await put([endpoint(1)]);
    const edits = api.loadBalancers.requestIds.length;

    // Another controller may have added a member since, which this batch takes away.
    api.loadBalancers.isCurrent = false;
    await put([endpoint(1)]);
    expect(api.loadBalancers.requestIds).toHaveLength(edits + 1);
  });

  test('is refused as a whole', async () => {
    await put([endpoint(1)]);
    const refused = async (all: object[], query?: string) => fault(await put(all, query));
    expect(await refused([endpoint(2), endpoint(2, { weight: 2 })])).toBe(
      '409 Another member on this pool is already using ip 198.51.100.2 on protocol_port 80',
    );
    expect(await refused([endpoint(2), { ...endpoint(3), address: '127.0.0.1' }])).toMatch(
      /^400 127\.0\.0\.1 is not a valid option for member address/,
    );
    expect(await refused([endpoint(2, { colour: 'red' })])).toMatch(
      /^400 Unknown attribute.*colour/,
    );
    expect(await refused([{ protocol_port: 80 }])).toMatch(
      /^400 .*address.*Mandatory field missing/,
    );
    expect(await refused([endpoint(2)], '?additive_only=perhaps')).toMatch(
      /^400 .*additive_only\. Value: 'perhaps'/,
    );
    expect(fault(await api.send('PUT', path, { member: {} }))).toMatch(/^400/);
    expect(await brief()).toEqual(['1  1']);
  });

  test('holds as many as one request may, and not one more', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => endpoint(1, { protocol_port: index + 1 }));
    // More than a load balancer holds, which is told by its own limit.
    expect(fault(await put(many(membersPerRequestMax)))).toMatch(/^403 Quota has been met/);
    expect(fault(await put(many(membersPerRequestMax + 1)))).toMatch(/^400 .*members/);
  });
});
