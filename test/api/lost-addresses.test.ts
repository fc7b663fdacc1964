import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../machines/model/fault.ts';
import { VirtualStore } from '../../simulator/world/store/virtual-store.ts';
import { VipPools } from '../../src/vips/config.ts';
import { creationGraceMs, putBackRetryMs } from '../../src/vips/put-back.ts';
import type { VipAllocator } from '../../src/vips/vips.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { countingRandom } from './ids.ts';
import { ManualClock } from './manual-clock.ts';
import { loadBalancersIn, readyVips } from './ready-vips.ts';

const subnetId = '20000000-0000-4000-8000-000000000003';
const pools = VipPools.parse([
  { networkId: '20000000-0000-4000-8000-000000000009', subnetId, cidr: '192.0.2.0/24' },
]);
const address = '192.0.2.5';

let random: ReturnType<typeof countingRandom>;
let time: ManualClock;
let store: VirtualStore;
let log: ReturnType<typeof recordingLog>;
let documents: Set<string>;
let vips: VipAllocator;

function allocator(): Promise<VipAllocator> {
  const loadBalancers = loadBalancersIn(documents);
  return readyVips({ pools, store, loadBalancers, clock: time, random, log });
}

beforeEach(async () => {
  documents = new Set();
  time = new ManualClock();
  random = countingRandom();
  log = recordingLog();
  store = new VirtualStore(time);
  vips = await allocator();
});

async function taken(wanted: string | null, loadBalancer: string): Promise<string> {
  const request = { address: wanted, subnetId, networkId: null, portId: null };
  try {
    return (await vips.allocate(request, loadBalancer)).address;
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return `${(error as Fault).status} ${(error as Fault).message}`;
  }
}

/** Everything since this many milliseconds before is lost; the controllers hear of it at the end. */
function losePower(lostMs: number, meanwhile = (): void => undefined): void {
  store.line('').disconnect();
  store.losePower(lostMs);
  meanwhile();
  store.line('').connect();
}

const holders = () =>
  store.snapshot().map(({ value }) => /"loadBalancerId":"(.)"/.exec(value)?.[1]);

/** After one more attempt to put back what is lost. */
const holdersLater = () => {
  time.advance(putBackRetryMs);
  return holders();
};

/** What is not on record yet has been tried, and waits for the next time. */
async function nextAttempt(): Promise<void> {
  await expect.poll(() => time.pending, { interval: 1 }).toBe(1);
}

/** `z` has given its address back, and now `a` has it. */
async function handedOn(): Promise<void> {
  await taken(address, 'z');
  time.advance(10_000);
  await vips.release(address, 'z');
  expect(await taken(address, 'a')).toBe(address);
}

describe('an address whose record the store has lost', () => {
  test('is on record again, and nobody else is given it', async () => {
    const first = await taken(null, 'a');
    losePower(1_000);

    // Until the watch has told what is left, nothing is written.
    await expect.poll(() => taken(null, 'b')).not.toMatch(/^503/);
    await expect.poll(holdersLater).toEqual(expect.arrayContaining(['a', 'b']));
    expect(await taken(first, 'c')).toMatch(/^409/);
  });

  test('is on record again although it had been given back by somebody else before', async () => {
    await taken(address, 'z');
    await vips.release(address, 'z');
    time.advance(10_000);
    expect(await taken(address, 'a')).toBe(address);
    losePower(1_000);

    await expect.poll(holdersLater).toEqual(['a']);
  });

  test('is on record again, where that of an earlier holder is back instead', async () => {
    let back: (string | undefined)[] = [];
    await handedOn();
    losePower(1_000, () => {
      back = holders();
    });

    await expect.poll(holdersLater).toEqual(['a']);
    expect(back).toEqual(['z']);
  });

  test('is kept for the load balancer whose document has it', async () => {
    documents.add('a');
    vips.keep(address, 'a');

    await expect.poll(holders).toEqual(['a']);
    expect(await taken(address, 'b')).toMatch(/^409/);
  });

  test('is not kept for one that gives it back meanwhile', async () => {
    documents.add('a');
    store.failNext('unavailable');
    vips.keep(address, 'a');
    await nextAttempt();
    await vips.release(address, 'a');
    time.advance(putBackRetryMs);
    await taken('192.0.2.99', 'z');

    expect(await taken(address, 'b')).toBe(address);
  });

  test('is not kept for one that is deleted by another controller meanwhile', async () => {
    documents.add('a');
    store.failNext('unavailable');
    vips.keep(address, 'a');
    await nextAttempt();
    documents.delete('a');
    time.advance(putBackRetryMs);
    await taken('192.0.2.99', 'z');

    expect(await taken(address, 'b')).toBe(address);
  });
});

describe('an address that is on record for somebody else', () => {
  test('is put on record for the load balancer that exists, where nobody remembers', async () => {
    await taken(address, 'z');
    documents.add('a');
    vips = await allocator();
    vips.keep(address, 'a');

    for (let ms = 0; ms < creationGraceMs; ms += putBackRetryMs) {
      await nextAttempt();
      expect(holders()).toEqual(['z']);
      time.advance(putBackRetryMs);
    }

    await expect.poll(holders).toEqual(['a']);
  });

  test('stays with one whose creation ends at the last moment', async () => {
    await taken(address, 'z');
    documents.add('a');
    vips.keep(address, 'a');
    for (let ms = 0; ms < creationGraceMs; ms += putBackRetryMs) {
      await nextAttempt();
      if (ms + putBackRetryMs >= creationGraceMs) documents.add('z');
      time.advance(putBackRetryMs);
    }

    await expect.poll(() => time.pending).toBe(0);
    expect(holders()).toEqual(['z']);
  });

  test('stays with it where the one that wants it is gone by the store', async () => {
    await taken(address, 'z');
    vips.keep(address, 'a');

    await expect.poll(() => time.pending).toBe(0);
    expect(holders()).toEqual(['z']);
  });

  test('is put on record by the next sweep, where the other one is deleted later', async () => {
    await taken(address, 'z');
    documents.add('a');
    documents.add('z');
    vips.keep(address, 'a');
    await expect.poll(() => log.lines.some(({ level }) => level === 'error')).toBe(true);
    documents.delete('z');
    await vips.release(address, 'z');

    await vips.sweep(new Map([['a', [address]]]));

    await expect.poll(holders).toEqual(['a']);
  });

  test('stays with one that was just being created', async () => {
    await taken(address, 'z');
    documents.add('a');
    vips.keep(address, 'a');
    await nextAttempt();
    documents.add('z');
    time.advance(creationGraceMs);

    await expect
      .poll(() => log.lines.map(({ message }) => message))
      .toContain('two load balancers have the same address');
    expect(holders()).toEqual(['z']);
  });

  test('stays as it is where the record can not be read', async () => {
    await store.create('v4-c0000205', '{"schema":99}', 'w');
    documents.add('a');
    vips.keep(address, 'a');

    await expect
      .poll(() => log.lines.map(({ message }) => message))
      .toContain('a VIP record is unreadable and was left alone');
    expect(store.snapshot().map(({ value }) => value)).toEqual(['{"schema":99}']);
  });
});
