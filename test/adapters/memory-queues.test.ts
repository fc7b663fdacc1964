import { describe, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { MemoryQueueServer } from '../../src/adapters/memory-work-queues.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { queueCases } from './queue-conformance.ts';

describe('the work queues in memory', () => {
  for (const { name, takenMs, run } of queueCases) {
    test.concurrent(name, async () => {
      const server = new MemoryQueueServer(systemClock, { takenMs, log: silentLog });
      const controller = server.connect().queues;
      const workplace = () => Promise.resolve(server.connect());
      await run({ controller, workplace }, { driver: 'memory', device: 'one' });
    });
  }
});
