import { expect, test } from 'vitest';
import type { CommandBatch } from '../../machines/protocol/command-batch.ts';
import { Agent, type AgentOptions } from '../../src/agent/agent.ts';
import { Cluster } from './support/cluster.ts';

/** How many commands came in each message that held several, at the agents of a cluster. */
function notingBatches(cluster: Cluster): readonly number[] {
  const counts: number[] = [];
  cluster.newAgent = (options) => {
    const subscribe: AgentOptions['bus']['subscribe'] = (subject, handle, how) =>
      options.bus.subscribe(
        subject,
        (message) => {
          if (subject.endsWith('.commands')) {
            counts.push((JSON.parse(message.data) as CommandBatch).commands.length);
          }
          handle(message);
        },
        how,
      );
    const bus = Object.create(options.bus, { subscribe: { value: subscribe } });
    return new Agent({ ...options, bus: bus as AgentOptions['bus'] });
  };
  return counts;
}

test('what one standby takes over reaches it in one message, and is carried out from that', async () => {
  const cluster = new Cluster();
  const counts = notingBatches(cluster);
  await cluster.startController();
  await cluster.startAgent('agent-1');
  const ids = [
    await cluster.createBound(),
    await cluster.createBound(),
    await cluster.createBound(),
  ];
  await cluster.startAgent('agent-2');
  for (const id of ids) {
    await cluster.until('agent-2 stands by', () => cluster.view(id).standby?.agent === 'agent-2');
  }
  await cluster.run(2_000);
  cluster.sent.length = 0;

  cluster.killAgent('agent-1');
  for (const id of ids) await cluster.until('it moves', () => cluster.holder(id) === 'agent-2');
  for (const id of ids) await cluster.untilSettled(id);

  expect(counts).toEqual([ids.length]);
  // Nothing was commanded once more by itself.
  expect(cluster.sent.filter(({ subject }) => subject.endsWith('.command'))).toHaveLength(3);
  for (const id of ids) expect(cluster.done(id)).toHaveLength(2);
});
