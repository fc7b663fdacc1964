import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../machines/model/fault.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { VirtualStore } from '../../simulator/world/store/virtual-store.ts';
import type { VipRequest } from '../../src/api/services.ts';
import { poolNameMax, VipPools } from '../../src/vips/config.ts';
import { putBackRetryMs } from '../../src/vips/put-back.ts';
import { createVips, sweepGraceMs, type VipAllocator } from '../../src/vips/vips.ts';
import { countingRandom } from './ids.ts';
import { ManualClock } from './manual-clock.ts';
import { loadBalancersIn, readyVips } from './ready-vips.ts';

const id = (last: number) => `20000000-0000-4000-8000-${String(last).padStart(12, '0')}`;
const [network, small, ranged, six] = [id(1), id(2), id(3), id(6)];

const pools = VipPools.parse([
  { networkId: network, subnetId: six, cidr: '2001:db8::/64', gateway: '2001:db8::1' },
  { networkId: network, subnetId: small, cidr: '203.0.113.0/30', gateway: '203.0.113.1' },
  {
    networkId: id(9),
    subnetId: ranged,
    cidr: '192.0.2.0/24',
    ranges: [
      { first: '192.0.2.10', last: '192.0.2.11' },
      { first: '192.0.2.20', last: '192.0.2.20' },
    ],
  },
]);

/** One for all allocators: write ids are unique among controllers too. */
let random: ReturnType<typeof countingRandom>;
let time: ManualClock;
let store: VirtualStore;
let vips: VipAllocator;
/** Load balancers that have documents. */
const documents = new Set<string>();

const options = (): Parameters<typeof createVips>[0] => ({
  ...{ pools, store, random },
  loadBalancers: loadBalancersIn(documents),
  clock: time,
  log: silentLog,
});
const allocator = (): Promise<VipAllocator> => readyVips(options());

beforeEach(async () => {
  documents.clear();
  time = new ManualClock();
  random = countingRandom();
  store = new VirtualStore(time);
  vips = await allocator();
});

const ask = (fields: Partial<VipRequest>): VipRequest => ({
  address: null,
  subnetId: null,
  networkId: null,
  portId: null,
  ...fields,
});

async function taken(fields: Partial<VipRequest>, loadBalancer = 'a'): Promise<string> {
  try {
    return (await vips.allocate(ask(fields), loadBalancer)).address;
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return `${(error as Fault).status} ${(error as Fault).message}`;
  }
}

describe('an address of a subnet', () => {
  test('is the next free one of its ranges, until there is none', async () => {
    expect(await taken({ subnetId: ranged }, 'a')).toBe('192.0.2.10');
    expect(await taken({ subnetId: ranged }, 'b')).toBe('192.0.2.11');
    expect(await taken({ subnetId: ranged }, 'c')).toBe('192.0.2.20');
    expect(await taken({ subnetId: ranged }, 'd')).toBe(
      `409 No more IP addresses available on subnet ${ranged}.`,
    );
  });

  test('that was given back rests while others are free', async () => {
    await taken({ subnetId: ranged }, 'a');
    await vips.release('192.0.2.10', 'a');
    expect(await taken({ subnetId: ranged }, 'b')).toBe('192.0.2.11');
    expect(await taken({ subnetId: ranged }, 'c')).toBe('192.0.2.20');
    expect(await taken({ subnetId: ranged }, 'd')).toBe('192.0.2.10');
  });

  test('is never its own, its broadcast or its gateway', async () => {
    expect(await taken({ subnetId: small })).toBe('203.0.113.2');
    expect(await taken({ subnetId: small }, 'b')).toMatch(/^409 No more/);
    for (const address of ['203.0.113.0', '203.0.113.1', '203.0.113.3']) {
      expect(await taken({ subnetId: small, address })).toMatch(/^400 .*can't be used/);
    }
  });

  test('of a network is IPv4 first, IPv6 when that is gone', async () => {
    expect(await taken({ networkId: network }, 'a')).toBe('203.0.113.2');
    expect(await taken({ networkId: network }, 'b')).toBe('2001:db8::2');
  });

  test('comes with what it belongs to', async () => {
    const vip = await vips.allocate(ask({ address: '192.0.2.77', portId: id(8) }), 'a');
    expect(vip).toEqual({
      address: '192.0.2.77',
      subnetId: ranged,
      networkId: id(9),
      portId: id(8),
    });
    const outside = await vips.allocate(ask({ address: '198.51.100.1' }), 'a');
    expect(outside).toMatchObject({ subnetId: null, networkId: null });
  });
});

describe('one address', () => {
  test('has one owner, however it is written', async () => {
    expect(await taken({ address: '2001:db8::5' }, 'a')).toBe('2001:db8::5');
    expect(await taken({ address: '2001:0DB8:0:0::0005' }, 'b')).toBe(
      '409 The VIP IP address is already in use: 2001:db8::5 belongs to another load balancer.',
    );
    expect(await taken({ address: '2001:db8:0::5' }, 'a')).toBe('2001:db8::5');
    expect(store.snapshot().map(({ key }) => key)).toEqual(['v6-20010db8000000000000000000000005']);
  });

  test('is released by its owner only', async () => {
    await taken({ address: '192.0.2.5' }, 'a');
    await vips.release('192.0.2.5', 'b');
    expect(await taken({ address: '192.0.2.5' }, 'b')).toMatch(/^409/);
    await vips.release('192.0.2.5', 'a');
    await vips.release('192.0.2.5', 'a');
    await vips.release('not an address', 'a');
    expect(await taken({ address: '192.0.2.5' }, 'b')).toBe('192.0.2.5');
  });

  test('is given to one of many controllers that ask at once', async () => {
    const others = await Promise.all([allocator(), allocator(), allocator()]);
    const all = [vips, ...others];
    const answers = await Promise.allSettled(
      all.map((each, index) => each.allocate(ask({ subnetId: ranged }), `lb-${index}`)),
    );
    const given = answers.flatMap((each) =>
      each.status === 'fulfilled' ? each.value.address : [],
    );
    expect(given.toSorted()).toEqual(['192.0.2.10', '192.0.2.11', '192.0.2.20']);
  });
});

describe('a request that contradicts itself', () => {
  test.each<[Partial<VipRequest>, string]>([
    [
      {},
      '400 Validation failure: VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.',
    ],
    [{ subnetId: id(7) }, `400 Subnet ${id(7)} not found.`],
    [{ networkId: id(7) }, `400 Network ${id(7)} not found.`],
    [{ networkId: id(9), subnetId: small }, `400 Subnet ${small} not found.`],
    [{ portId: id(7) }, `400 Port ${id(7)} not found.`],
    [
      { subnetId: small, address: '192.0.2.5' },
      `400 Validation failure: VIP address 192.0.2.5 is in none of the subnets asked for: ${small}`,
    ],
    [{ address: '127.1' }, '400 The IP Address 127.1 is invalid.'],
    [
      { address: '::ffff:192.0.2.5' },
      '400 Validation failure: VIP address ::ffff:192.0.2.5 is an IPv4 address; write 192.0.2.5.',
    ],
    [
      { address: '::ffff:c000:205' },
      '400 Validation failure: VIP address ::ffff:c000:205 is an IPv4 address; write 192.0.2.5.',
    ],
  ])('%j', async (request, words) => {
    expect(await taken(request)).toBe(words);
    expect(store.snapshot()).toEqual([]);
  });
});

test('a preview tells what an allocation would give, and takes nothing', () => {
  expect(vips.preview(ask({ subnetId: six }))).toMatchObject({ subnetId: six, networkId: network });
  expect(vips.preview(ask({ subnetId: ranged }))).toMatchObject({ address: '192.0.2.10' });
  expect(() => vips.preview(ask({}))).toThrow(Fault);
  expect(store.snapshot()).toEqual([]);
});

describe('a store in trouble', () => {
  test('that refuses makes the client come back', async () => {
    store.failNext('unavailable');
    const refusal = await vips.allocate(ask({ subnetId: ranged }), 'a').catch((error) => error);
    expect(refusal).toMatchObject({ status: 503, retryAfterSeconds: 5 });
    expect(await taken({ subnetId: ranged })).toBe('192.0.2.10');
  });

  test.each(['unknown-committed', 'unknown-lost'] as const)(
    'whose answer is lost (%s) gives the address once all the same',
    async (failure) => {
      store.failNext(failure);
      expect(await taken({ subnetId: ranged }, 'a')).toBe('192.0.2.10');
      expect(store.snapshot()).toHaveLength(1);
      expect(await taken({ subnetId: ranged }, 'b')).toBe('192.0.2.11');
    },
  );

  test('that stays silent is a 503', async () => {
    for (let times = 0; times < 3; times += 1) store.failNext('unknown-lost');
    expect(await taken({ address: '192.0.2.5' })).toMatch(/^503 The store does not answer/);
  });

  test('that has not told yet what is taken gives nothing out', async () => {
    vips = createVips(options());
    expect(await taken({ subnetId: ranged })).toMatch(/^503 The VIP pools are still being read/);
  });
});

describe('sweeping', () => {
  test('frees what belongs to no load balancer, once it is old enough', async () => {
    await taken({ address: '192.0.2.5' }, 'gone');
    await taken({ address: '192.0.2.6' }, 'here');
    expect(await vips.sweep(new Map([['here', []]]))).toBe(0);
    time.advance(sweepGraceMs);
    await taken({ address: '192.0.2.7' }, 'just being created');
    expect(await vips.sweep(new Map([['here', []]]))).toBe(1);
    expect(store.snapshot().map(({ value }) => JSON.parse(value).address)).toEqual([
      '192.0.2.6',
      '192.0.2.7',
    ]);
  });

  test('does not take a clock that is an hour ahead for an hour that has passed', async () => {
    await taken({ address: '192.0.2.5' }, 'just being created');
    time.wallOffsetMs = 3_600_000;

    const first = await vips.sweep(new Map());
    const second = await vips.sweep(new Map());

    expect([first, second]).toEqual([0, 0]);
    expect(store.snapshot()).toHaveLength(1);
  });

  test('starts anew with an address that was given out again meanwhile', async () => {
    await taken({ address: '192.0.2.5' }, 'gone');
    await vips.sweep(new Map());
    await vips.release('192.0.2.5', 'gone');
    await taken({ address: '192.0.2.5' }, 'just being created');
    time.advance(sweepGraceMs);

    expect(await vips.sweep(new Map())).toBe(0);
    expect(store.snapshot()).toHaveLength(1);
  });

  test('puts an address on record for the load balancer that has it, where that of an earlier one is back', async () => {
    await taken({ address: '192.0.2.5' }, 'gone');
    documents.add('b');
    const freed = await vips.sweep(new Map([['b', ['192.0.2.5']]]));
    const later = () => {
      time.advance(putBackRetryMs);
      return store.snapshot()[0]?.value;
    };

    expect(freed).toBe(0);
    await expect.poll(later, { interval: 5 }).toContain('"loadBalancerId":"b"');
    expect(await taken({ address: '192.0.2.5' }, 'c')).toMatch(/^409/);
  });

  test('leaves a record that it can not read', async () => {
    await store.create('v4-c0000205', '{"schema":99}', 'w');
    time.advance(sweepGraceMs);
    expect(await vips.sweep(new Map())).toBe(0);
    expect(await taken({ address: '192.0.2.5' })).toMatch(/^409/);
  });
});

describe('the configuration of pools', () => {
  const refusal = (fields: object) => {
    const parsed = VipPools.safeParse([
      { networkId: network, subnetId: small, cidr: '203.0.113.0/24' },
      { networkId: network, subnetId: ranged, cidr: '192.0.2.0/24', ...fields },
    ]);
    return parsed.success ? 'none' : parsed.error.issues.map(({ message }) => message).join('; ');
  };

  test('says what is wrong', () => {
    expect(refusal({})).toBe('none');
    expect(refusal({ subnetId: small })).toMatch(/is used twice/);
    expect(refusal({ networkName: 'outside' })).toBe(
      `network ${network} is named both '' and 'outside'`,
    );
    expect(refusal({ networkId: small, networkName: 'outside' })).toBe('none');
    expect(refusal({ subnetName: 'n'.repeat(poolNameMax) })).toBe('none');
    expect(refusal({ subnetName: 'n'.repeat(poolNameMax + 1) })).not.toBe('none');
    expect(refusal({ cidr: '203.0.113.128/25' })).toMatch(/overlaps with 203\.0\.113\.0\/24/);
    expect(refusal({ cidr: 'x' })).toMatch(/must be a network/);
    expect(refusal({ gateway: '10.0.0.1' })).toMatch(/gateway 10\.0\.0\.1 is not in/);
    expect(refusal({ ranges: [{ first: '192.0.2.9', last: '192.0.2.8' }] })).toMatch(/upwards/);
    expect(refusal({ ranges: [{ first: '192.0.2.9', last: '192.0.3.8' }] })).toMatch(/within/);
    expect(refusal({ ranges: [] })).not.toBe('none');
    expect(refusal({ colour: 'red' })).toMatch(/colour/);
  });

  test.each(['::ffff:192.0.2.0/120', '::ffff:ffff:ffff/128', '::ffff:0:0/95'])(
    'refuses IPv4 addresses in the spelling of IPv6: %s',
    (cidr) => {
      expect(refusal({ cidr })).toBe(
        `cidr ${cidr} holds IPv4 addresses in IPv6's spelling; write their network as IPv4`,
      );
    },
  );

  test.each(['::fffe:0:0/96', '::1:0:0:0/96'])('takes the neighbours of those: %s', (cidr) => {
    expect(refusal({ cidr })).toBe('none');
  });
});
