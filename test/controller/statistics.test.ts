import { expect, test } from 'vitest';
import { noTraffic } from '../../machines/health/statistics.ts';
import { Fault } from '../../machines/model/fault.ts';
import type { StatisticsReply } from '../../machines/protocol/health-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import type { LoadBalancerView } from '../../src/api/services.ts';
import { readStatistics } from '../../src/controller/services/statistics.ts';
import { checkedWeb } from '../fixtures/documents.ts';
import { Virtual } from '../host/support/virtual.ts';

const { document } = checkedWeb();
const [listener] = document.listeners;
const counted = { ...noTraffic, total_connections: 7 };

/** A load balancer whose record names these holders, one after the other, and what each of them replies. */
async function read(holders: readonly (string | null)[], replies: Record<string, StatisticsReply>) {
  const virtual = new Virtual();
  const broker = new MemoryBroker(virtual.clock, { delayMs: () => 1 });
  for (const [agent, reply] of Object.entries(replies)) {
    broker
      .connect(`agent/${agent}/1`)
      .subscribe(subjects.down(agent, 'statistics'), (message) =>
        message.reply(JSON.stringify(reply)),
      );
  }
  const left = [...holders];
  const view = (): LoadBalancerView => {
    const agent = (left.length > 1 ? left.shift() : left[0]) ?? null;
    return {
      document,
      generation: 1,
      appliedGeneration: 1,
      deleting: false,
      provisioningStatus: 'ACTIVE',
      operating: { loadBalancer: 'ONLINE', listeners: {}, pools: {}, members: {} },
      state: 'bound.settled',
      device: 'memory',
      binding: agent === null ? null : { agent, incarnation: 1, epoch: 1 },
      standby: null,
      lastEpoch: 1,
      reason: 'nobody can take it',
      rejected: [],
      waitingSinceMs: null,
    };
  };
  const bus = broker.connect('controller/controller-1');
  const options = { bus, timings: presets.lan, view };
  return virtual.settled(readStatistics(options, document.id)).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    return [error.status, error.message.replace(/^.*: /, '')];
  });
}

const elsewhere = { type: 'elsewhere' } as const;
const found = { type: 'counted', listeners: { [listener!.id]: counted } } as const;

test('the next holder is asked where the one before does not serve it any more', async () => {
  expect(await read(['a', 'b'], { a: elsewhere, b: found })).toEqual({ [listener!.id]: counted });
});

test('a listener that is not bound has had no traffic', async () => {
  const reply = { type: 'counted', listeners: {} } as const;
  expect(await read(['a'], { a: reply })).toEqual({ [listener!.id]: noTraffic });
});

test.each<[string, readonly (string | null)[], Record<string, StatisticsReply>, unknown]>([
  ['its holder does not serve it', ['a'], { a: elsewhere }, [503, 'agent a does not serve it.']],
  ['nobody holds it', [null], {}, [503, 'no agent holds it (nobody can take it).']],
  [
    'it moves too fast',
    ['a', 'b'],
    { a: elsewhere, b: elsewhere },
    [503, 'agent b does not serve it.'],
  ],
  [
    'its driver counts nothing',
    ['a'],
    { a: { type: 'unsupported' } },
    [501, "Provider 'memory' does not tell statistics."],
  ],
])('they are refused where %s', async (_, holders, replies, refused) => {
  expect(await read(holders, replies)).toEqual(refused);
});
