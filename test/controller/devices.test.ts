import { describe, expect, test } from 'vitest';
import { looksAwaited } from '../../src/controller/fleet/cut-offs.ts';
import { Cluster } from './support/cluster.ts';

const east = 'memory/east';
const west = 'memory/west';
const both = { drivers: [east, west] };

/** Until who has lost a device has told, and the others have had their time. */
const settleMs = ({ timings }: Cluster): number => (looksAwaited + 4) * timings.reachMs;

async function createMany(cluster: Cluster, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await cluster.createBound());
  return ids;
}

/** Resolves when the agent has said that it does not reach the one device. */
function lossTold(cluster: Cluster, loser: string): Promise<void> {
  const isTold = (): boolean => {
    const [device] = cluster.controller.fleet.devices();
    return device?.agents.some(({ agent, lost }) => agent === loser && lost !== null) === true;
  };
  return cluster.until(`${loser} has told of its loss`, isTold, settleMs(cluster));
}

const byName = (a: string | null, b: string | null): number => (String(a) < String(b) ? -1 : 1);

const placesOf = (cluster: Cluster, ids: readonly string[]) =>
  ids.map((id) => `${cluster.view(id).device} ${cluster.holder(id)}`);

describe('a driver with several devices', () => {
  test('gives each load balancer the device with the most room, where it stays', async () => {
    const devices = { [east]: 2, [west]: 4 };
    const cluster = await Cluster.with([{ id: 'agent-1', ...both, devices }]);

    const ids = await createMany(cluster, 4);
    const before = ids.map((id) => cluster.view(id).device);
    await cluster.startAgent({ id: 'agent-2', ...both, devices });
    cluster.killAgent('agent-1');
    for (const id of ids) await cluster.until('it moved', () => cluster.holder(id) === 'agent-2');
    for (const id of ids) await cluster.untilSettled(id);

    expect(before.toSorted(byName)).toEqual([east, west, west, west]);
    expect(ids.map((id) => cluster.view(id).device)).toEqual(before);
    const served = [east, west].map((name) => cluster.appliance(name).ids().toSorted());
    expect(served).toEqual(
      [east, west].map((name) => ids.filter((_, at) => before[at] === name).toSorted()),
    );
  });

  test('that are full let a new one wait, and say so, until there is room', async () => {
    const devices = { [east]: 1, [west]: 1 };
    const cluster = await Cluster.with([{ id: 'agent-1', ...both, devices }]);
    const [first = ''] = await createMany(cluster, 2);

    const third = await cluster.create();
    await cluster.run(1_000);
    const waiting = cluster.view(third);
    await cluster.settled(cluster.delete(first));
    await cluster.untilSettled(third, 1_000);

    expect(waiting).toMatchObject({ state: 'pending', device: null });
    expect(waiting.reason).toMatch(
      /^no agent can take it: agent-1 drives the device memory\/(east|west), which is full \(1 of 1 load balancers\)$/,
    );
  });

  test('of which agents say different capacities is as large as the strictest says', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', drivers: [east], devices: { [east]: 1 } },
      { id: 'agent-2', drivers: [east], devices: { [east]: 9 } },
    ]);
    await cluster.createBound();

    const second = await cluster.create();
    await cluster.run(1_000);

    expect(cluster.state(second)).toBe('pending');
    expect(cluster.controller.fleet.devices()).toMatchObject([
      { name: east, capacity: 1, loadBalancers: 1 },
    ]);
  });

  test('moves only between agents that drive its device', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', drivers: [east] },
      { id: 'agent-2', drivers: [west] },
    ]);
    const ids = await createMany(cluster, 2);
    const id = ids.find((each) => cluster.holder(each) === 'agent-1') ?? '';

    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending');

    expect(cluster.view(id)).toMatchObject({
      device: east,
      reason: expect.stringContaining('no agent can take it') as string,
    });
    expect(cluster.view(id).rejected).toContainEqual({
      agent: 'agent-2',
      reason: `does not drive the device ${east} (it drives ${west})`,
    });
    expect(cluster.appliance(west).peek(id)).toBeNull();
  });
});

describe('a device that one agent has lost', () => {
  test('is driven by one that reaches it, and the agent keeps the rest', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', ...both },
      { id: 'agent-2', ...both },
    ]);
    const ids = await createMany(cluster, 8);
    const before = placesOf(cluster, ids);
    const [first = ''] = ids;
    const [loser, lost] = [cluster.holder(first), cluster.view(first).device ?? ''];
    const other = loser === 'agent-1' ? 'agent-2' : 'agent-1';

    cluster.appliance(lost).trouble.setCutOff(loser, 'its cable is out');
    await cluster.run(settleMs(cluster));

    const after = before.map((place) =>
      place === `${lost} ${loser}` ? `${lost} ${other}` : place,
    );
    expect(after).not.toEqual(before);
    expect(placesOf(cluster, ids)).toEqual(after);
    expect(cluster.stateOf(loser)).toBe('alive');
    for (const id of ids) {
      const { state, reason, device, standby } = cluster.view(id);
      expect({ state, reason }).toEqual({ state: 'bound.settled', reason: null });
      // Nor does it stand by where it could not take over.
      if (device === lost) expect(standby).toBeNull();
    }
    expect(cluster.controller.fleet.devices()).toContainEqual({
      name: lost,
      driver: 'memory',
      capacity: null,
      loadBalancers: before.filter((place) => place.startsWith(lost)).length,
      agents: ['agent-1', 'agent-2'].map((agent) => ({
        agent,
        lost: agent === loser ? 'its cable is out' : null,
      })),
    });
  });

  test('and reaches again later gets nothing back for that: nothing moves without need', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const loser = cluster.holder(id);
    cluster.appliance().trouble.setCutOff(loser, 'its cable is out');
    await cluster.until('it moved', () => cluster.holder(id) !== loser, settleMs(cluster));
    await cluster.untilSettled(id);
    const seat = cluster.view(id).binding;

    cluster.appliance().trouble.setCutOff(loser, null);
    await cluster.run(settleMs(cluster));

    expect(cluster.view(id).binding).toEqual(seat);
    expect(cluster.standby(id)).toBe(loser);
  });

  test('and its standby as well goes to another one at once, and never to the standby', async () => {
    const agents = ['agent-1', 'agent-2', 'agent-3'];
    const cluster = await Cluster.with(agents);
    const ids = await createMany(cluster, 6);
    await cluster.run(1_000);
    const reaching = 'agent-3';
    const lost = agents.filter((agent) => agent !== reaching);
    cluster.steps.length = 0;

    for (const agent of lost) cluster.appliance().trouble.setCutOff(agent, 'its cable is out');
    await cluster.run(settleMs(cluster));

    const moves = cluster.steps.filter(({ kind }) => kind === 'load-balancer');
    expect(moves).not.toEqual([]);
    expect(new Set(moves.map(({ binding }) => binding?.agent))).toEqual(new Set([reaching]));
    expect(ids.map((id) => cluster.holder(id))).toEqual(ids.map(() => reaching));
  });

  test('is taken over by another one than the standby that has lost it, when its holder dies', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2', 'agent-3']);
    const id = await cluster.createBound();
    await cluster.until('it has a standby', () => cluster.standby(id) !== null);
    const [holder, standby] = [cluster.holder(id), cluster.standby(id) ?? ''];
    cluster.appliance().trouble.setCutOff(standby, 'its cable is out');
    await lossTold(cluster, standby);

    cluster.killAgent(holder);
    await cluster.until('it has another holder', () => cluster.holder(id) !== holder, 3_000);

    expect(cluster.holder(id)).not.toBe(standby);
    await cluster.untilSettled(id);
  });

  test.each([0, looksAwaited - 0.3])(
    'is not left by a controller that did not hear, from %d looks on, that it is in reach again',
    async (looks) => {
      const cluster = await Cluster.with(['agent-1', 'agent-2']);
      const id = await cluster.createBound();
      const before = cluster.view(id).binding;
      const { trouble } = cluster.appliance();
      trouble.setCutOff(cluster.holder(id), 'its cable is out');
      await lossTold(cluster, cluster.holder(id));

      await cluster.run(looks * cluster.timings.reachMs);
      cluster.busOf('controller-1').disconnect(null);
      trouble.setCutOff(cluster.holder(id), null);
      await cluster.run(settleMs(cluster));
      cluster.busOf('controller-1').reconnect();
      await cluster.run(settleMs(cluster));

      expect(cluster.view(id).binding).toEqual(before);
    },
  );

  test('for two looks only is not lost', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const { binding } = cluster.view(id);

    cluster.appliance().trouble.setCutOff(cluster.holder(id), 'it restarts');
    await cluster.run(1.2 * cluster.timings.reachMs);
    cluster.appliance().trouble.setCutOff(cluster.holder(id), null);
    await cluster.run(settleMs(cluster));

    expect(cluster.view(id).binding).toEqual(binding);
  });
});

describe('a device that is down for everybody', () => {
  test.each([0, 1, 2])(
    'moves nothing, and says so, also where agents find out %i looks apart',
    async (looksApart) => {
      const cluster = await Cluster.with(['agent-1', 'agent-2']);
      const ids = await createMany(cluster, 6);
      const before = ids.map((id) => cluster.view(id).binding);
      const { trouble } = cluster.appliance();

      for (const reason of ['its power is off', null]) {
        trouble.setCutOff('agent-1', reason);
        await cluster.run(looksApart * cluster.timings.reachMs);
        trouble.setCutOff('agent-2', reason);
        await cluster.run(settleMs(cluster));

        expect(ids.map((id) => cluster.view(id).binding)).toEqual(before);
        for (const id of ids) {
          const words = `agent ${cluster.holder(id)} does not reach its device memory, nor does any other agent, so it stays as it is: ${reason}`;
          expect(cluster.view(id)).toMatchObject({
            state: 'bound.settled',
            reason: reason === null ? null : words,
          });
        }
      }
    },
  );

  test('moves nothing to an agent that was not heard of until now, and has not found out yet', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    const before = cluster.view(id).binding;
    const other = cluster.holder(id) === 'agent-1' ? 'agent-2' : 'agent-1';
    cluster.appliance().trouble.setCutOff(cluster.holder(id), 'its power is off');
    await lossTold(cluster, cluster.holder(id));

    cluster.appliance().trouble.setCutOff(other, 'its power is off');
    cluster.pause(other);
    await cluster.run((looksAwaited - 0.5) * cluster.timings.reachMs);
    cluster.resume(other);
    await cluster.run(settleMs(cluster));

    expect(cluster.view(id).binding).toEqual(before);
  });

  test('leaves what was edited meanwhile to be applied as soon as it is back', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const seat = cluster.view(id).binding;
    cluster.appliance().trouble.setUnreachable('its power is off');
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.run(cluster.timings.deviceRetryMaxMs);

    cluster.appliance().trouble.setUnreachable(null);
    await cluster.untilSettled(id, 3 * cluster.timings.reachMs);

    expect(cluster.view(id).binding).toEqual(seat);
    expect(cluster.done(id).at(-1)).toBe(`applied 1/2 by ${cluster.holder(id)}`);
  });
});

describe('what an agent tells of its devices', () => {
  test('is believed in the order in which it was told, in whatever order it comes', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const { incarnation } = cluster.agent('agent-1');
    const tell = (edition: number, lost: string | null) =>
      cluster.settled(
        cluster.controller.judge.register({
          agent: 'agent-1',
          incarnation,
          description: {
            host: 'host-agent-1',
            devices: [{ device: 'memory', capacity: null, lost }],
            zone: null,
            capacity: null,
            addresses: [],
            version: 'test',
            edition,
          },
        }),
      );

    await tell(8, null);
    await tell(7, 'its cable is out');

    expect(cluster.controller.fleet.devices()[0]?.agents).toEqual([
      { agent: 'agent-1', lost: null },
    ]);
  });
});
