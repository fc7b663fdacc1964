import { expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { presets } from '../../machines/timings/timings.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

const { leaseMs } = presets.lan;

/** An agent of an appliance that refuses nobody. */
async function serving() {
  const unfenced = (driver: Driver): Driver => {
    return { ...driver, descriptor: { ...driver.descriptor, fence: 'none' } };
  };
  const bench = new AgentBench(unfenced);
  bench.agent.start();
  await bench.reach('serving');
  return bench;
}

test('what it drives without a fence is driven under its lease, and an incarnation is one of them', async () => {
  const bench = await serving();
  const document = loadBalancerDocument();
  await bench.command({ loadBalancer: document.id, document });
  bench.answer = () => null;

  await bench.virtual.until('it is registered anew', () => bench.registered.length === 2);
  bench.appliance.tamper(document.id, () => null);
  await bench.virtual.run(2 * leaseMs);

  // A device that refuses nobody is left as somebody else has left it, until a newer epoch comes.
  expect(bench.registered[1]?.incarnation).toBe(6);
  expect(bench.appliance.content(document.id)).toBeNull();
  bench.answer = (beat) => bench.acknowledge(beat);
  const beats = bench.beats.length;
  await bench.virtual.until('it is acknowledged', () => bench.beats.length > beats + 1);
  const again = { loadBalancer: document.id, document, epoch: 2 };
  expect(await bench.command(again)).toMatchObject({ type: 'applied' });
});

test('what is asked back is let go of, and not taken up again by an older command', async () => {
  const bench = await serving();
  const document = loadBalancerDocument();
  await bench.command({ loadBalancer: document.id, document });
  const order = { loadBalancer: document.id, epoch: 2, device: 'memory' };
  const subject = subjects.down('agent-1', 'release');

  const asked = bench.judge.request(subject, JSON.stringify(order), 1_000);
  const reply: unknown = JSON.parse(await bench.virtual.settled(asked));
  const late = await bench
    .command({ loadBalancer: document.id, document, generation: 7 })
    .catch((error: unknown) => error);

  expect(reply).toEqual({ type: 'released', epoch: 2 });
  expect(late).not.toMatchObject({ type: 'applied' });
  expect(bench.appliance.log.map(({ generation }) => generation)).toEqual([1]);
});

test('what it could not begin any more under its lease is not begun under the next one by the same epoch', async () => {
  const bench = await serving();
  const document = loadBalancerDocument();
  bench.answer = () => null;
  await bench.virtual.run(leaseMs - 500);

  const answered = bench.command({ loadBalancer: document.id, document });
  const reply = await answered.catch((error: unknown) => error);
  await bench.virtual.until('it is registered anew', () => bench.registered.length === 2);
  bench.answer = (beat) => bench.acknowledge(beat);
  const beats = bench.beats.length;
  await bench.virtual.until('it is acknowledged', () => bench.beats.length > beats + 2);

  expect(reply).not.toMatchObject({ type: 'applied' });
  expect(bench.appliance.content(document.id)).toBeNull();
  const again = { loadBalancer: document.id, document, epoch: 2 };
  expect(await bench.command(again)).toMatchObject({ type: 'applied' });
});

test('what it is commanded while it takes its next incarnation is refused, and not begun under the next lease', async () => {
  const bench = await serving();
  const document = loadBalancerDocument();
  bench.saveMs = 1_000;
  bench.answer = () => ({ type: 'ended', incarnation: 5, reason: 'it was silent' });
  const beats = bench.beats.length;
  await bench.virtual.until('it hears so', () => bench.beats.length > beats);
  await bench.virtual.run(10);

  const reply = await bench.command({ loadBalancer: document.id, document });
  const during = bench.registered.length;
  bench.answer = (beat) => bench.acknowledge(beat);
  await bench.virtual.until('it is registered anew', () => bench.registered.length === 2);
  await bench.virtual.run(leaseMs);

  expect(during).toBe(1);
  expect(reply).toMatchObject({ type: 'failed', kind: 'retryable' });
  expect(bench.appliance.content(document.id)).toBeNull();
});

test('what waits behind another call to its device is not begun once the lease has ended', async () => {
  const begun: string[] = [];
  const bench = new AgentBench((driver, _, clock) => ({
    ...driver,
    descriptor: { ...driver.descriptor, fence: 'none', devices: 'shared', callsAtOnceMax: 1 },
    async apply(target) {
      begun.push(target.document.name);
      await new Promise<void>((resolve) => void clock.setTimer(8_000, resolve));
      return driver.apply(target);
    },
  }));
  bench.agent.start();
  await bench.reach('serving');
  const [first, second] = ['first', 'second'].map((name) => loadBalancerDocument({ name }));
  const command = (document: LoadBalancerDocument) =>
    bench.command({ loadBalancer: document.id, document });

  const answers = Promise.allSettled([command(first!), command(second!)]);
  bench.answer = () => null;
  await bench.virtual.run(12_000);

  expect(begun).toEqual(['first']);
  await bench.virtual.settled(answers);
});
