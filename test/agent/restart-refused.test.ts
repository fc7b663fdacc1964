import { expect, test } from 'vitest';
import * as subjects from '../../machines/protocol/subjects.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

test('an agent whose restart is refused while it takes its next incarnation has that one, and serves', async () => {
  const bench = new AgentBench((driver) => ({
    ...driver,
    descriptor: { ...driver.descriptor, fence: 'none' },
  }));
  bench.judge.subscribe(
    subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'restart'),
    (message) => message.reply(JSON.stringify({ type: 'refused', reason: 'no', leaving: false })),
  );
  bench.agent.start();
  await bench.reach('serving');
  const save = bench.journal.save.bind(bench.journal);
  let isWriting = false;
  bench.journal.save = (key, value) => {
    if (key !== 'incarnation' || isWriting) return save(key, value);
    isWriting = true;
    // A disk that does not come back.
    return new Promise(() => undefined);
  };
  bench.answer = () => null;
  await bench.virtual.until('it takes its next incarnation', () => isWriting, 60_000);

  const order = JSON.stringify({ incarnation: bench.agent.incarnation });
  const asked = bench.judge.request(subjects.down('agent-1', 'restart'), order, 5_000);
  const refusal = JSON.parse(await bench.virtual.settled(asked)) as unknown;
  bench.answer = (beat) => bench.acknowledge(beat);
  await bench.virtual.until('it has begun anew', () => bench.registered.length === 2, 60_000);
  await bench.reach('serving');
  const document = loadBalancerDocument();
  const reply = await bench.command({ loadBalancer: document.id, document });

  expect(refusal).toMatchObject({ type: 'refused' });
  expect(bench.registered.map(({ incarnation }) => incarnation)).toEqual([5, 6]);
  expect(reply).toMatchObject({ type: 'applied' });
});
