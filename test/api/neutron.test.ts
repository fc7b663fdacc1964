import { beforeEach, describe, expect, test } from 'vitest';
import { fault, type Harness, harness, networkId, subnetId } from './harness.ts';

const missing = '30000000-0000-4000-8000-000000000009';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

const get = async (path: string) => (await api.send('GET', `/v2.0/${path}`)).body;

describe("Neutron's look-ups answer from the address pools", () => {
  test('with subnets, by id and by name', async () => {
    const subnet = {
      id: subnetId,
      name: 'front',
      description: '',
      project_id: '',
      tenant_id: '',
      tags: [],
      shared: true,
      network_id: networkId,
      cidr: '203.0.113.0/29',
      ip_version: 4,
      gateway_ip: null,
      allocation_pools: [{ start: '203.0.113.1', end: '203.0.113.6' }],
      enable_dhcp: false,
      dns_nameservers: [],
      host_routes: [],
    };
    for (const query of ['', `?id=${subnetId}`, '?name=front', `?network_id=${networkId}`]) {
      expect(await get(`subnets${query}`)).toEqual({ subnets: [subnet], subnets_links: [] });
    }
    for (const query of [`?id=${missing}`, '?name=back']) {
      expect(await get(`subnets${query}`)).toEqual({ subnets: [], subnets_links: [] });
    }
    expect(await get(`subnets/${subnetId}`)).toEqual({ subnet });
    expect(await get('subnets?fields=id')).toMatchObject({ subnets: [{ id: subnetId }] });
  });

  test('with the networks of those', async () => {
    const network = { id: networkId, name: 'outside', subnets: [subnetId], status: 'ACTIVE' };
    expect((await get('networks?name=outside')).networks).toMatchObject([network]);
    expect((await get(`networks/${networkId}`)).network).toMatchObject(network);
  });

  test('with the ports that load balancers were created with, and no QoS policies', async () => {
    const port = '40000000-0000-4000-8000-000000000001';
    const lb = await api.loadBalancer({ vip_port_id: port });
    await api.loadBalancer();
    expect((await get('ports')).ports).toMatchObject([
      {
        id: port,
        network_id: networkId,
        fixed_ips: [{ subnet_id: subnetId, ip_address: lb.vip_address }],
        device_id: `lb-${lb.id}`,
      },
    ]);
    expect((await get(`ports?id=${missing}`)).ports).toEqual([]);
    expect(await get('qos/policies?name=gold')).toEqual({ policies: [], policies_links: [] });
  });

  test('and nothing else, in clear words', async () => {
    const refused = async (method: string, path: string) =>
      fault(await api.send(method, `/v2.0/${path}`));
    expect(await refused('GET', `subnets/${missing}`)).toBe(`404 Subnet ${missing} not found.`);
    expect(await refused('GET', `ports/${missing}`)).toBe(`404 Port ${missing} not found.`);
    expect(await refused('GET', `qos/policies/${missing}`)).toBe(
      `404 QoS policy ${missing} not found.`,
    );
    expect(await refused('GET', 'subnets?colour=red')).toMatch(/^400 .*invalid: colour\. Filters/);
    expect(await refused('POST', 'subnets')).toBe('405 POST is not allowed here; GET is.');
  });
});
