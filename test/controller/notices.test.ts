import { expect, test } from 'vitest';
import * as subjects from '../../machines/protocol/subjects.ts';
import { Cluster } from './support/cluster.ts';

const subject = subjects.controller('all', 'verdict');

test('what a judge told of an earlier incarnation changes nothing when it comes again', async () => {
  const cluster = await Cluster.with(['agent-1', 'agent-2']);
  const stranger = cluster.broker.connect('stranger');
  const notices: string[] = [];
  stranger.subscribe(subject, ({ data }) => notices.push(data));
  const controllers = [cluster.controller, await cluster.startController('controller-2')];
  const incarnations = () =>
    controllers.map(({ fleet }) => fleet.agents().map(({ incarnation }) => incarnation));
  for (const id of ['agent-1', 'agent-2']) {
    cluster.killAgent(id);
    await cluster.startAgent(id);
  }
  await cluster.run(2_000);
  const earlier = [...notices];
  for (const id of ['agent-1', 'agent-2']) {
    cluster.killAgent(id);
    await cluster.startAgent(id);
  }
  await cluster.run(1_000);
  const present = ['agent-1', 'agent-2'].map((id) => cluster.agent(id).incarnation);
  expect(incarnations()).toEqual([present, present]);

  for (const notice of earlier) stranger.publish(subject, notice);
  await cluster.run(1_000);

  expect(incarnations()).toEqual([present, present]);
});
