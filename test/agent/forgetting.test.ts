import { describe, expect, test } from 'vitest';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

describe('what an agent removed', () => {
  // Found by the simulator: rough-day, seed 1197. A removal that failed at first was told so to whoever
  // had commanded it, and when it was carried out later, nobody waited, and the agent kept it for ever.
  test('is forgotten, also where nobody waits to hear of it any more', async () => {
    const bench = await AgentBench.serving();
    const document = loadBalancerDocument();
    await bench.command({ loadBalancer: document.id, document });
    bench.appliance.trouble.failNext(1, 'retryable');

    const reply = await bench.command({ loadBalancer: document.id, document, status: 'deleting' });
    await bench.virtual.run(10_000);

    expect(reply).toMatchObject({ type: 'failed' });
    expect(bench.appliance.peek(document.id)?.marker.removed).toBe(true);
    expect(bench.agent.devices().size).toBe(0);
  });
});
