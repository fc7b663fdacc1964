import { expect, test } from 'vitest';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import { Strays } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

test('what was deleted is removed from a device also where another one of it can not be', async () => {
  const documents = [loadBalancerDocument(), loadBalancerDocument()] as const;
  const [stuck, other] = documents;
  const bench = new AgentBench((driver) => ({
    ...driver,
    remove: (target) =>
      target.id === stuck.id
        ? Promise.reject(new RetryableError('process 7 was killed but has not ended'))
        : driver.remove(target),
  }));
  const question = subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'strays');
  bench.judge.subscribe(question, (message) => {
    const { loadBalancers } = Strays.parse(JSON.parse(message.data));
    message.reply(JSON.stringify({ purged: loadBalancers }));
  });
  const left = memoryDriver(bench.appliance, 'agent-2');
  for (const document of documents) {
    await bench.virtual.settled(left.apply({ id: document.id, epoch: 2, generation: 1, document }));
  }

  bench.agent.start();
  const isRemoved = () => bench.appliance.peek(other.id)?.marker.removed === true;
  await bench.virtual.until('it is removed', isRemoved, 3 * presets.lan.sweepMs);

  expect(bench.appliance.peek(stuck.id)?.marker.removed).toBe(false);
});
