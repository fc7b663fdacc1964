import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

/** The commands that left a controller for a load balancer: `agent epoch/generation`. */
function commands(cluster: Cluster, id: string): readonly string[] {
  return cluster.sent
    .filter(({ subject }) => /^hf\.down\..*\.command$/.test(subject))
    .map(({ subject, data }) => {
      const { loadBalancer, epoch, generation, grant } = JSON.parse(data) as Record<
        string,
        unknown
      >;
      const words = `${subject.split('.')[2]} ${String(epoch)}/${String(generation)}`;
      return { loadBalancer, words: grant === true ? `${words} granted` : words };
    })
    .filter(({ loadBalancer }) => loadBalancer === id)
    .map(({ words }) => words);
}

const three = ['agent-1', 'agent-2', 'agent-3'];

describe('a failover', () => {
  test('goes to the standby, under the epoch that it was granted, and names a new one', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const before = cluster.view(id);

    cluster.killAgent(cluster.holder(id));
    await cluster.until('the standby holds it', () => cluster.holder(id) === before.standby?.agent);
    await cluster.untilSettled(id);

    const after = cluster.view(id);
    expect(after.binding).toEqual(before.standby);
    expect(after.standby?.epoch).toBe(3);
    expect(after.provisioningStatus).toBe('ACTIVE');
    expect(new Set([before.binding?.agent, after.binding?.agent, after.standby?.agent]).size).toBe(
      3,
    );
  });

  test('to a standby that has answered is told as one, with its reason: nobody was without a holder', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const [holder, standby] = [cluster.holder(id), cluster.standby(id)];
    const before = cluster.steps.length;

    cluster.killAgent(holder);
    await cluster.until('the standby holds it', () => cluster.holder(id) === standby);
    await cluster.untilSettled(id);

    const steps = cluster.steps.slice(before).filter((step) => step.id === id);
    expect(steps).toMatchObject([
      { from: 'bound.settled', to: 'rebinding', event: 'agent.lost', binding: { agent: standby } },
      { from: 'rebinding', to: 'bound.settled', event: 'driven.applied' },
    ]);
    expect(steps[0]?.reason).toMatch(`agent ${holder} is lost: crashed`);
  });

  test('to a standby that does not answer leaves it orphaned, with the reason, until that is tried again', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const [holder, standby] = [cluster.holder(id), cluster.standby(id)];
    const before = cluster.steps.length;
    cluster.pause(standby);

    cluster.killAgent(holder);
    await cluster.untilState(id, 'rebinding');

    const steps = cluster.steps.slice(before).filter((step) => step.id === id);
    expect(steps).toMatchObject([
      { from: 'bound.settled', to: 'orphaned', event: 'agent.lost' },
      { from: 'orphaned', to: 'rebinding', event: 'place', binding: { agent: standby } },
    ]);
    expect(steps[0]?.reason).toMatch(`agent ${holder} is lost: crashed`);
  });

  test('without a standby, the next best is bound under a new epoch', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending');

    await cluster.startAgent('agent-2');
    await cluster.untilSettled(id, 100);

    expect(cluster.view(id).binding).toMatchObject({ agent: 'agent-2', epoch: 2 });
  });

  test('of the standby only names another one: nothing is applied', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const before = cluster.view(id);

    cluster.killAgent(cluster.standby(id));
    await cluster.until('another stands by', () => (cluster.view(id).standby?.epoch ?? 0) === 3);

    expect(cluster.view(id).binding).toEqual(before.binding);
    expect(cluster.done(id)).toHaveLength(1);
  });

  test('moves only what was bound to the dead', async () => {
    const cluster = await Cluster.with(three);
    const ids: string[] = [];
    for (let index = 0; index < 12; index += 1) ids.push(await cluster.createBound());
    const before = new Map(ids.map((id) => [id, cluster.holder(id)]));

    cluster.killAgent('agent-1');
    await cluster.run(2_000);

    for (const id of ids) {
      const was = before.get(id);
      if (was === 'agent-1') expect(cluster.holder(id)).not.toBe('agent-1');
      else expect(cluster.holder(id)).toBe(was);
      expect(cluster.state(id)).toBe('bound.settled');
    }
    expect([...before.values()]).toContain('agent-1');
  });

  test('of two at once ends with everything bound to who is left', async () => {
    const cluster = await Cluster.with(three);
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) ids.push(await cluster.createBound());

    cluster.killAgent('agent-1');
    cluster.killAgent('agent-2');
    await cluster.run(2_000);

    expect(new Set(ids.map((id) => cluster.holder(id)))).toEqual(new Set(['agent-3']));
    expect(new Set(ids.map((id) => cluster.state(id)))).toEqual(new Set(['bound.settled']));
  });

  test('stays ACTIVE on the wire, and says the truth about traffic', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();

    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending');
    await cluster.run(2 * cluster.timings.placementDeadlineMs);

    // An appliance goes on serving without its agent, so its last report stands.
    expect(cluster.view(id)).toMatchObject({
      provisioningStatus: 'ACTIVE',
      operating: { loadBalancer: 'ONLINE' },
    });
    expect(cluster.view(id).reason).toContain('no agent can take it: agent-1 is dead');
  });
});

describe('R3: the standby is commanded before anything is written', () => {
  test('a failover needs no durable write on its way', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const standby = cluster.standby(id);
    for (const bucket of ['binding', 'liveness'] as const) cluster.outages.add(bucket);

    cluster.killAgent(cluster.holder(id));
    await cluster.run(1_000);
    const meanwhile = { done: cluster.done(id), record: cluster.view(id).binding?.epoch };
    cluster.outages.clear();
    await cluster.until('the record follows', () => cluster.holder(id) === standby);
    await cluster.untilSettled(id);

    expect(meanwhile.done.at(-1)).toBe(`applied 2/1 by ${standby}`);
    expect(meanwhile.record).toBe(1);
    expect(commands(cluster, id).at(1)).toBe(`${standby} 2/1 granted`);
    expect(cluster.done(id)).toHaveLength(2);
  });

  test('R4: without a standby on record, nobody is commanded until the binding is committed', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending');
    cluster.outages.add('binding');

    await cluster.startAgent('agent-2');
    await cluster.run(3_000);
    const meanwhile = commands(cluster, id);
    cluster.outages.clear();
    await cluster.untilSettled(id);

    expect(meanwhile).toEqual(['agent-1 1/1']);
    expect(commands(cluster, id)).toEqual(['agent-1 1/1', 'agent-2 2/1']);
  });

  test.each(['unknown-committed', 'unknown-lost'] as const)(
    'R4: a binding whose commit is %s authorises nothing until that is known',
    async (failure) => {
      const cluster = await Cluster.with(['agent-1'], { retryMs: 300 });
      cluster.stores.binding.failNext(failure);

      const id = await cluster.create();
      await cluster.run(250);
      const meanwhile = commands(cluster, id);
      await cluster.untilSettled(id);

      expect(meanwhile).toEqual([]);
      expect(commands(cluster, id)).toEqual(['agent-1 1/1']);
    },
  );

  test('V3: of two proposals only the committed one is ever commanded', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending');
    cluster.outages.add('binding');
    await cluster.startAgent('agent-2');
    await cluster.run(100);
    // Agent 2 is proposed, and dies; agent 3 comes; and only then the store takes writes again.
    cluster.killAgent('agent-2');
    await cluster.run(1_000);
    await cluster.startAgent('agent-3');
    cluster.outages.clear();
    await cluster.untilSettled(id);

    const commanded = commands(cluster, id).map((words) => words.split(' ')[0]);
    expect(commanded).toEqual(['agent-1', 'agent-3']);
  });
});

describe('a granted seat whose promotion is on record', () => {
  test('is confirmed with the heartbeat that claims it, without a message of its own', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const heir = cluster.standby(id);
    cluster.killAgent(cluster.holder(id));
    await cluster.until('the standby holds it', () => cluster.holder(id) === heir);
    await cluster.untilSettled(id);

    await cluster.run(3 * cluster.timings.heartbeatMs);

    expect(commands(cluster, id).at(-1)).toBe(`${heir} 2/1 granted`);
    const claims = cluster.sent
      .filter(({ from, subject }) => from === heir && subject.endsWith('.heartbeat'))
      .map(({ data }) => (JSON.parse(data) as { claims: unknown[] }).claims.length);
    expect(claims.filter((count) => count > 0)).toEqual([1]);
    expect(claims.at(-1)).toBe(0);
    const messages = cluster.sent.filter(
      ({ subject }) => subject.endsWith('.claim') || subject === `hf.down.${heir}.standing`,
    );
    expect(messages).toEqual([]);
  });
});

describe('V8 and R9: a grant that was taken, while its promotion was never committed', () => {
  test('is repaired by the holder’s claim, even if the old holder lives', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const [old, standby] = [cluster.holder(id), cluster.standby(id)];
    for (const bucket of ['binding', 'liveness'] as const) cluster.outages.add(bucket);
    cluster.cut(old);
    await cluster.until('the standby applied', () => cluster.done(id).length === 2);
    // The verdict was wrong, and the controller that gave it has written nothing down.
    cluster.killController();
    cluster.heal();
    cluster.outages.clear();

    await cluster.startController();
    await cluster.until('the record is repaired', () => cluster.holder(id) === standby);
    await cluster.untilSettled(id);

    expect(cluster.stateOf(old)).toBe('alive');
    expect(cluster.view(id).binding).toMatchObject({ agent: standby, epoch: 2 });
    await cluster.settled(cluster.rename(id, 'goes on'));
    await cluster.untilSettled(id);
    expect(cluster.done(id).at(-1)).toBe(`applied 2/2 by ${standby}`);
  });

  test('an epoch that nobody issued, as after a restored backup, is outdone', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const { document } = cluster.view(id);
    await cluster.settled(
      cluster.appliance().apply('stranger', { id, epoch: 70, generation: 1, document }),
    );

    await cluster.settled(cluster.rename(id, 'new name'));
    await cluster.untilSettled(id);

    expect(cluster.view(id).binding).toMatchObject({ agent: 'agent-1', epoch: 71 });
    expect(cluster.done(id).slice(-2)).toEqual([
      'refused 1/2 by agent-1',
      'applied 71/2 by agent-1',
    ]);
  });

  test('a former holder that was cut off is told to let go, and its commands are refused', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const [old, next] = [cluster.holder(id), cluster.standby(id)];
    const former = cluster.agent(old);
    cluster.cut(old);
    await cluster.until('it moved', () => cluster.holder(id) === next);
    await cluster.untilSettled(id);

    cluster.heal();
    await cluster.until('the former holder let go', () => !former.devices().has(id));

    expect(cluster.holder(id)).toBe(next);
    expect(cluster.done(id).filter((entry) => entry.endsWith(old))).toHaveLength(1);
  });
});

describe('R10: an agent that starts anew', () => {
  test('keeps its load in place, under a new epoch', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const before = cluster.view(id).binding!;

    cluster.killAgent(before.agent);
    await cluster.startAgent(before.agent);
    await cluster.untilSettled(id);

    const after = cluster.view(id).binding!;
    expect(after.agent).toBe(before.agent);
    expect(after.incarnation).toBeGreaterThan(before.incarnation);
    expect(after.epoch).toBeGreaterThan(2);
  });

  test('while no controller runs: the next one binds it again', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.killController();
    cluster.killAgent('agent-1');
    const agent = await cluster.launchAgent({ id: 'agent-1' });

    await cluster.startController();
    await cluster.until('it serves', () => agent.state === 'serving');
    await cluster.until('it is bound anew', () => (cluster.view(id).binding?.epoch ?? 0) === 2);
    await cluster.untilSettled(id);

    expect(cluster.view(id).binding?.incarnation).toBe(agent.incarnation);
  });

  test('a binding that names the dead is found when it is loaded', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const [dead, next] = [cluster.holder(id), cluster.standby(id)];
    // The verdict is written down, what follows from it is not, and the controller dies.
    cluster.outages.add('binding');
    cluster.cut(next);
    cluster.killAgent(dead);
    await cluster.untilAgent(dead, 'dead');
    await cluster.run(20);
    cluster.killController();
    cluster.heal();
    cluster.outages.clear();

    await cluster.startController();
    await cluster.until('it moved', () => cluster.holder(id) === next, 1_000);
    await cluster.untilSettled(id);
  });
});

describe('R6: a stale owner', () => {
  test('lets go when it hears that its shards were taken, and has harmed nothing', async () => {
    const cluster = await Cluster.with(three);
    const id = await cluster.createBound();
    const zombie = cluster.busOf('controller-1');
    zombie.disconnect(null);
    await cluster.startController('controller-2');
    zombie.reconnect();
    await cluster.run(1_000);

    const [first, second] = [cluster.holder(id), cluster.standby(id)];
    cluster.sent.length = 0;
    cluster.killAgent(first);
    await cluster.until('it moved', () => cluster.holder(id) === second, 5_000);
    await cluster.settled(cluster.rename(id, 'new name'));
    await cluster.run(2_000);

    const commanding = cluster.sent.filter(({ subject }) => subject.endsWith('.command'));
    // Whoever owns the shard now is the only one who commands.
    expect(new Set(commanding.map(({ from }) => from)).size).toBe(1);
    const holders = new Map<string, Set<string>>();
    for (const entry of cluster.done(id)) {
      const [, epoch = '', agent = ''] = /^\w+ (\d+)\/\d+ by (.*)$/.exec(entry) ?? [];
      holders.set(epoch, (holders.get(epoch) ?? new Set()).add(agent));
    }
    expect([...holders.values()].every((agents) => agents.size === 1)).toBe(true);
    expect(cluster.view(id)).toMatchObject({ state: 'bound.settled', appliedGeneration: 2 });
  });
});
