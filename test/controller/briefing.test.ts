import { expect, test } from 'vitest';
import { Agent, type AgentOptions } from '../../src/agent/agent.ts';
import { Cluster } from './support/cluster.ts';

const two = ['agent-1', 'agent-2'];

/** What an agent was sent of a load balancer: whether with its document, by the kind of message. */
function told(cluster: Cluster, agent: string, kind: string): readonly boolean[] {
  return cluster.sent
    .filter(({ subject }) => subject === `hf.down.${agent}.${kind}`)
    .map(({ data }) => (JSON.parse(data) as { document: object | null }).document !== null);
}

/** An agent that answers briefings thus, and never takes them. */
const withoutBriefings =
  (reply: string | null) =>
  (options: AgentOptions): Agent => {
    const subscribe: AgentOptions['bus']['subscribe'] = (subject, handle, how) => {
      if (!subject.endsWith('.briefing')) return options.bus.subscribe(subject, handle, how);
      if (reply === null) return { unsubscribe: () => undefined };
      return options.bus.subscribe(subject, (message) => message.reply(reply), how);
    };
    const bus = Object.create(options.bus, { subscribe: { value: subscribe } });
    return new Agent({ ...options, bus: bus as AgentOptions['bus'] });
  };

async function failedOver(cluster: Cluster): Promise<{ id: string; standby: string }> {
  const id = await cluster.createBound();
  await cluster.run(2_000);
  const standby = cluster.standby(id);
  cluster.killAgent(cluster.holder(id));
  await cluster.until('the standby holds it', () => cluster.holder(id) === standby);
  await cluster.untilSettled(id);
  return { id, standby };
}

test('a standby that was briefed takes over without being sent the document again', async () => {
  const cluster = await Cluster.with(two);

  const { id, standby } = await failedOver(cluster);

  expect(told(cluster, standby, 'briefing')).toEqual([true]);
  expect(told(cluster, standby, 'command')).toEqual([false]);
  expect(cluster.appliance().holder(id)).toBe(standby);
  expect(cluster.appliance().content(id)?.id).toBe(id);
});

test('a standby is briefed of each edit, and what it takes over is the newest', async () => {
  const cluster = await Cluster.with(two);
  const id = await cluster.createBound();
  await cluster.run(2_000);
  await cluster.settled(cluster.rename(id, 'newest'));
  await cluster.untilSettled(id);
  await cluster.run(2_000);
  const standby = cluster.standby(id);

  cluster.killAgent(cluster.holder(id));
  await cluster.until('the standby holds it', () => cluster.holder(id) === standby);
  await cluster.untilSettled(id);

  expect(told(cluster, standby, 'command')).toEqual([false]);
  expect(cluster.appliance().content(id)?.name).toBe('newest');
});

test('an edit of which the standby has not heard yet is sent with the command', async () => {
  const cluster = await Cluster.with(two);
  const id = await cluster.createBound();
  await cluster.run(2_000);
  const standby = cluster.standby(id);

  await cluster.settled(cluster.rename(id, 'newest'));
  cluster.killAgent(cluster.holder(id));
  await cluster.until('the standby holds it', () => cluster.holder(id) === standby);
  await cluster.untilSettled(id);

  expect(told(cluster, standby, 'command')).toEqual([true]);
  expect(cluster.appliance().content(id)?.name).toBe('newest');
});

test.each([
  ['has forgotten what it was told is asked first', '{"type":"briefed"}', [false, true]],
  ['does not listen to briefings, as an older one does not', null, [true]],
  ['says what nobody understands', '{"type":"what?"}', [true]],
])('one that %s: it is sent the document with the command', async (_what, reply, sent) => {
  const cluster = new Cluster();
  cluster.newAgent = withoutBriefings(reply);
  await cluster.startController();
  for (const agent of two) await cluster.startAgent(agent);

  const { id, standby } = await failedOver(cluster);

  expect(told(cluster, standby, 'command')).toEqual(sent);
  expect(cluster.appliance().content(id)?.id).toBe(id);
});

test('whoever takes a shard over briefs its standbys anew', async () => {
  const cluster = await Cluster.with(two);
  const id = await cluster.createBound();
  await cluster.run(2_000);
  const standby = cluster.standby(id);

  cluster.killController('controller-1');
  await cluster.startController('controller-2');
  await cluster.until('it knows of it', () => cluster.controller.loadBalancers.get(id) !== null);
  await cluster.run(5_000);
  cluster.sent.length = 0;
  cluster.killAgent(cluster.holder(id));
  await cluster.until('the standby holds it', () => cluster.holder(id) === standby);
  await cluster.untilSettled(id);

  expect(told(cluster, standby, 'command')).toEqual([false]);
  expect(cluster.appliance().holder(id)).toBe(standby);
});
