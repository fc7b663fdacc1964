import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import { silentLog, type Log } from '../../machines/ports/log.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { type Api, createApi } from '../../src/api/app.ts';
import { ApiConfig } from '../../src/api/config.ts';
import { VipPools } from '../../src/vips/config.ts';
import { FakeFleet, FakeFeed, FakeLoadBalancers } from './fake-services.ts';
import { countingRandom } from './ids.ts';
import { ManualClock } from './manual-clock.ts';
import { loadBalancersIn, readyVips } from './ready-vips.ts';

export const networkId = '20000000-0000-4000-8000-000000000001';
export const subnetId = '20000000-0000-4000-8000-000000000002';

/** Serves all but UDP. */
export const descriptor: DriverDescriptor = {
  name: 'memory',
  description: 'Keeps configuration in memory.',
  aliases: ['octavia'],
  reschedulable: true,
  fence: 'device',
  devices: 'shared',
  unsupported: (document) =>
    document.listeners.some((listener) => listener.protocol === 'UDP')
      ? ['listener protocol UDP']
      : [],
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; null where there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of all shapes.
  readonly body: any;
}

export interface Harness {
  readonly app: Api;
  readonly clock: ManualClock;
  readonly loadBalancers: FakeLoadBalancers;
  readonly feed: FakeFeed;
  readonly fleet: FakeFleet;
  readonly store: MemoryStore;
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Creates a load balancer and returns its response; `fields` add to the request. */
  loadBalancer(fields?: object): Promise<Answer['body']>;
}

/** The API over fakes: reachable without a socket. */
export async function harness(options: { config?: object; log?: Log } = {}): Promise<Harness> {
  const clock = new ManualClock();
  const random = countingRandom();
  const log = options.log ?? silentLog;
  const store = new MemoryStore(clock);
  const pools = VipPools.parse([
    {
      networkId,
      subnetId,
      networkName: 'outside',
      subnetName: 'front',
      cidr: '203.0.113.0/29',
    },
  ]);
  const vips = await readyVips({
    pools,
    store,
    loadBalancers: loadBalancersIn(new Set()),
    clock,
    random,
    log,
  });
  const loadBalancers = new FakeLoadBalancers(clock);
  const feed = new FakeFeed();
  const fleet = new FakeFleet();
  const app = createApi({
    services: { loadBalancers, feed, vips, fleet },
    config: ApiConfig.parse({ defaultProvider: 'memory', ...options.config }),
    clock,
    random,
    log,
    resolveProvider: (name) => (['memory', 'octavia'].includes(name) ? descriptor : null),
    listProviders: () => [descriptor],
  });

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await app.request(`http://127.0.0.1:9876${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: answer === '' ? null : JSON.parse(answer),
    };
  }

  async function loadBalancer(fields: object = {}): Promise<Answer['body']> {
    const request = { loadbalancer: { vip_subnet_id: subnetId, ...fields } };
    const { status, body } = await send('POST', '/v2.0/lbaas/loadbalancers', request);
    if (status !== 201) throw new Error(`${status} ${body.faultstring}`);
    return body.loadbalancer;
  }

  return { app, clock, loadBalancers, feed, fleet, store, send, loadBalancer };
}

/** An answer that is a fault, as `400 words`; its form is checked on the way. */
export function fault(answer: Answer): string {
  const { status, body, headers } = answer;
  const code = status >= 500 ? 'Server' : 'Client';
  const form = JSON.stringify(Object.keys(body ?? {}));
  if (form !== '["faultcode","faultstring","debuginfo"]' || body.faultcode !== code) {
    throw new Error(`not a fault: ${status} ${JSON.stringify(body)}`);
  }
  if (!/^req-[0-9a-f-]{36}$/.test(headers.get('x-openstack-request-id') ?? '')) {
    throw new Error('the fault has no request id');
  }
  return `${status} ${body.faultstring}`;
}
