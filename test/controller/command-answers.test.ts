import { expect, test } from 'vitest';
import type { CommandReply } from '../../machines/protocol/agent-messages.ts';
import { Agent, type AgentOptions } from '../../src/agent/agent.ts';
import { Cluster } from './support/cluster.ts';

/** An agent whose first answers to commands are these instead of its own, which is never told. */
const answeringFirst =
  (replies: CommandReply[]) =>
  (options: AgentOptions): Agent => {
    const subscribe: AgentOptions['bus']['subscribe'] = (subject, handle, how) => {
      if (!subject.endsWith('.command')) return options.bus.subscribe(subject, handle, how);
      return options.bus.subscribe(
        subject,
        (message) => {
          const reply = replies.shift();
          if (reply === undefined) handle(message);
          else message.reply(JSON.stringify(reply));
        },
        how,
      );
    };
    const bus = Object.create(options.bus, { subscribe: { value: subscribe } });
    return new Agent({ ...options, bus: bus as AgentOptions['bus'] });
  };

const forAnother: CommandReply = { type: 'applied', epoch: 9, generation: 1, operating: null };
const removed: CommandReply = { type: 'removed', epoch: 1 };

test.each([
  ['for another epoch', forAnother],
  ['that it has removed it', removed],
])(
  'an agent that answers %s is commanded again, and its answer counts for nothing',
  async (_, reply) => {
    const cluster = new Cluster();
    cluster.newAgent = answeringFirst([reply, reply]);
    await cluster.startController();
    await cluster.startAgent('agent-1');

    const id = await cluster.create();
    await cluster.untilSettled(id);

    expect(cluster.done(id)).toEqual(['applied 1/1 by agent-1']);
  },
);

test.each([
  ['for another epoch', forAnother],
  ['that it has removed it', removed],
])('a standby that answers %s has not taken over yet', async (_, reply) => {
  const cluster = await Cluster.with(['agent-1']);
  const id = await cluster.createBound();
  cluster.newAgent = answeringFirst([reply]);
  await cluster.startAgent('agent-2');
  await cluster.until('agent-2 stands by', () => cluster.view(id).standby !== null);
  const before = cluster.steps.length;

  cluster.killAgent('agent-1');
  await cluster.until('the standby holds it', () => cluster.holder(id) === 'agent-2');
  await cluster.untilSettled(id);

  const steps = cluster.steps.slice(before).filter((step) => step.id === id);
  expect(steps.map(({ to }) => to)).toEqual(['orphaned', 'rebinding', 'bound.settled']);
  expect(cluster.done(id).at(-1)).toBe('applied 2/1 by agent-2');
});

test('a takeover that the device refuses is told as one, in the device’s words, and is tried again', async () => {
  const cluster = await Cluster.with(['agent-1', 'agent-2']);
  const id = await cluster.createBound();
  const [holder, standby] = [cluster.holder(id), cluster.standby(id)];
  const before = cluster.steps.length;
  cluster.appliance().trouble.refuse(id, 'port 80 is taken');

  cluster.killAgent(holder);
  await cluster.untilState(id, 'bound.degraded');
  const refused = cluster.view(id);
  cluster.appliance().trouble.refuse(id, null);
  await cluster.untilSettled(id, 2 * cluster.timings.refusalRetryMs);

  const steps = cluster.steps.slice(before).filter((step) => step.id === id);
  expect(refused).toMatchObject({ state: 'bound.degraded', reason: 'port 80 is taken' });
  expect(steps.map(({ to }) => to)).toEqual([
    'rebinding',
    'bound.degraded',
    'bound.applying',
    'bound.settled',
  ]);
  expect(cluster.holder(id)).toBe(standby);
});
