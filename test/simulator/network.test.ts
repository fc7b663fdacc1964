import { describe, expect, test } from 'vitest';
import { connConnect, connDisconnect } from '../../machines/protocol/subjects.ts';
import { advisoryLoss } from '../../simulator/faults/advisory-loss.ts';
import { agentCut } from '../../simulator/faults/agent-cut.ts';
import { networkClog } from '../../simulator/faults/network-clog.ts';
import { networkDuplicates } from '../../simulator/faults/network-duplicates.ts';
import { networkHalfOpen } from '../../simulator/faults/network-half-open.ts';
import { networkLoss } from '../../simulator/faults/network-loss.ts';
import { networkPartition } from '../../simulator/faults/network-partition.ts';
import { networkReorder } from '../../simulator/faults/network-reorder.ts';
import { all, everybody, faultOf, pairs, quietWorld } from './support/quiet-world.ts';

const side = ['agent-1', 'controller-1'];
const rest = ['agent-2', 'controller-2'];
const others = everybody.filter((id) => id !== 'agent-1');
const within = [...pairs(side, side), ...pairs(rest, rest)];
const without = (...lost: readonly string[]) => all.filter((pair) => !lost.includes(pair));

describe('a partition', () => {
  test.each([
    { target: side.join(' '), variant: 'both ways', heard: within },
    { target: side.join(' '), variant: 'one way', heard: [...within, ...pairs(rest, side)] },
    { target: side.join(' '), variant: 'other way', heard: [...within, ...pairs(side, rest)] },
    // The first one of the rest is controller-2.
    {
      target: side.join(' '),
      variant: 'bridge',
      heard: [...within, ...pairs(['controller-2'], side), ...pairs(side, ['controller-2'])],
    },
    // Of four in a ring, each misses the one across.
    {
      target: everybody.join(' '),
      variant: 'ring',
      heard: without(
        'controller-1 > agent-1',
        'agent-1 > controller-1',
        'controller-2 > agent-2',
        'agent-2 > controller-2',
      ),
    },
    {
      target: 'agent-1 / controller-2',
      variant: 'both ways',
      heard: without('agent-1 > controller-2', 'controller-2 > agent-1'),
    },
  ])('$variant, of $target: nobody else is kept from hearing', async (shape) => {
    const { target, variant, heard } = shape;
    const { world, hearsays, ping } = quietWorld();
    const fault = faultOf(networkPartition, { target, variant });

    networkPartition.start(world, fault);
    expect(await hearsays()).toEqual(heard.toSorted());
    // The server itself is within everybody's reach.
    expect(await ping('agent-1')).toBe('answered');

    networkPartition.stop(world, fault);
    expect(await hearsays()).toEqual(all);
  });

  test('ends by itself where another one goes on', async () => {
    const { world, hearsays } = quietWorld();
    const one = faultOf(networkPartition, { target: 'agent-1', variant: 'both ways' });
    const other = faultOf(networkPartition, { target: 'agent-1', variant: 'one way' });
    networkPartition.start(world, one);
    networkPartition.start(world, other);

    networkPartition.stop(world, one);
    expect(await hearsays()).toEqual(without(...pairs(['agent-1'], everybody)));
  });

  test('that is for ever outlives the healing of all others', async () => {
    const { world, hearsays } = quietWorld();
    const ever = { target: 'agent-1', variant: 'other way', forMs: null };
    networkPartition.start(world, faultOf(networkPartition, ever));
    networkPartition.start(
      world,
      faultOf(networkPartition, { target: 'agent-2', variant: 'one way' }),
    );

    networkPartition.heal(world, { agents: ['agent-2'], controllers: [], hosts: [] });
    expect(await hearsays()).toEqual(without(...pairs(everybody, ['agent-1'])));
  });
});

test.each([
  { variant: 'in', heard: without(...pairs(everybody, ['agent-1'])) },
  { variant: 'out', heard: without(...pairs(['agent-1'], everybody)) },
  { variant: 'both', heard: pairs(others, others) },
])('a cut, $variant, loses pings too, whatever its direction', async ({ variant, heard }) => {
  const { world, hearsays, ping } = quietWorld();
  agentCut.start(world, faultOf(agentCut, { target: 'agent-1', variant }));

  expect(await hearsays()).toEqual(heard.toSorted());
  expect(await ping('agent-1')).toBe('RequestTimeout');
  expect(await ping('agent-2')).toBe('answered');
});

test('of all messages, the given share gets lost, and shares add up', async () => {
  const { world, hearsays } = quietWorld();
  const share = async () => {
    let count = 0;
    for (let round = 0; round < 50; round += 1) count += (await hearsays()).length;
    return count / (50 * all.length);
  };
  const half = faultOf(networkLoss, { variant: '0.5' });
  const another = faultOf(networkLoss, { variant: '0.5' });

  networkLoss.start(world, half);
  expect(Math.abs((await share()) - 0.5)).toBeLessThan(0.1);
  networkLoss.start(world, another);
  expect(Math.abs((await share()) - 0.25)).toBeLessThan(0.1);
  networkLoss.stop(world, another);
  networkLoss.stop(world, half);
  expect(await share()).toBe(1);
});

test('of all messages, the given share comes twice, and an answer counts once', async () => {
  const { world, bus, hearsays, ask } = quietWorld();
  let asked = 0;
  bus('agent-2').subscribe('ask.agent-2', () => (asked += 1));
  networkDuplicates.start(world, faultOf(networkDuplicates, { variant: '1' }));

  expect(await hearsays(3_000)).toEqual([...all, ...all].toSorted());
  expect(await ask('agent-1', 'agent-2')).toBe('answered');
  await world.run(3_000);
  expect(asked).toBe(2);
});

test('late messages are overtaken, and none is lost', async () => {
  const { world, bus } = quietWorld();
  const heard: number[] = [];
  bus('agent-2').subscribe('count', ({ data }) => heard.push(Number(data)));
  const sent = Array.from({ length: 50 }, (_, index) => index);
  networkReorder.start(world, faultOf(networkReorder, { variant: '200' }));

  for (const number of sent) bus('agent-1').publish('count', String(number));
  await world.run(1_000);

  expect(heard).not.toEqual(sent);
  expect(heard.toSorted((a, b) => a - b)).toEqual(sent);
});

describe('what befalls messages', () => {
  const own = (from: string, to: string) => (pair: string) => {
    const [sender, receiver] = pair.split(' > ');
    return (from === '' || sender === from) && (to === '' || receiver === to);
  };

  test.each([
    { target: 'agent-1 > controller-2', takes: own('agent-1', 'controller-2') },
    { target: 'agent-1 >', takes: own('agent-1', '') },
    { target: '> agent-1', takes: own('', 'agent-1') },
    { target: '', takes: () => true },
  ])("of the links '$target', befalls no others", async ({ target, takes }) => {
    const { world, hearsays } = quietWorld();
    const loss = faultOf(networkLoss, { target, variant: '1' });
    const twice = faultOf(networkDuplicates, { target, variant: '1' });

    networkLoss.start(world, loss);
    const lost = await hearsays();
    networkLoss.stop(world, loss);
    networkDuplicates.start(world, twice);
    const doubled = await hearsays(3_000);

    expect(lost).toEqual(all.filter((pair) => !takes(pair)));
    expect(doubled).toEqual([...all, ...all.filter(takes)].toSorted());
  });

  test('makes late what takes its links, and is overtaken by nothing else', async () => {
    const { world, bus } = quietWorld();
    const heard = new Map<string, number[]>([
      ['agent-1', []],
      ['agent-2', []],
    ]);
    for (const [id, numbers] of heard) {
      bus(id).subscribe('count', ({ data }) => numbers.push(Number(data)));
    }
    const target = 'controller-1 > agent-2';
    networkReorder.start(world, faultOf(networkReorder, { target, variant: '200' }));

    const sent = Array.from({ length: 50 }, (_, index) => index);
    for (const number of sent) bus('controller-1').publish('count', String(number));
    await world.run(1_000);

    expect(heard.get('agent-1')).toEqual(sent);
    expect(heard.get('agent-2')).not.toEqual(sent);
    expect(heard.get('agent-2')?.toSorted((a, b) => a - b)).toEqual(sent);
  });

  test.each(['agent-9 >', 'agent-1', '>', 'agent-1 > agent-2 > agent-1'])(
    "is refused for '%s', which is no link, with what would be one",
    (target) => {
      const inventory = { agents: ['agent-1', 'agent-2'], controllers: ['controller-1'] };
      const targets = { ...inventory, hosts: [], devices: [], loadBalancers: [] };
      const problem = networkLoss.problem(faultOf(networkLoss, { target, variant: '1' }), targets);

      expect(problem?.key).toBe('target');
      expect(problem?.message).toContain(`'${target}' must be nothing, or a link such as`);
    },
  );
});

describe('a clogged process', () => {
  test('is sent everything in order when it gets free', async () => {
    const { world, bus, ping } = quietWorld();
    const heard: string[] = [];
    bus('agent-1').subscribe('count', ({ data }) => heard.push(data));
    const fault = faultOf(networkClog, { target: 'agent-1', variant: 'at once' });
    networkClog.start(world, fault);

    for (const data of ['1', '2', '3']) bus('agent-2').publish('count', data);
    await world.run(1_000);
    expect(heard).toEqual([]);
    expect(await ping('agent-1')).toBe('RequestTimeout');

    networkClog.stop(world, fault);
    bus('agent-2').publish('count', '4');
    await world.run(100);
    expect(heard).toEqual(['1', '2', '3', '4']);
  });

  test('loses what was held up when its connection breaks meanwhile', async () => {
    const { world, bus } = quietWorld();
    const heard: string[] = [];
    bus('agent-1').subscribe('count', ({ data }) => heard.push(data));
    const fault = faultOf(networkClog, { target: 'agent-1', variant: 'at once' });
    networkClog.start(world, fault);
    bus('agent-2').publish('count', 'before');
    bus('agent-1').disconnect();
    bus('agent-1').reconnect();
    bus('agent-2').publish('count', 'after');

    networkClog.stop(world, fault);
    await world.run(100);
    expect(heard).toEqual(['after']);
  });

  test('swizzled: they are clogged one by one, and get free one by one', async () => {
    const { world, bus } = quietWorld();
    const heard = new Set<string>();
    for (const id of everybody) bus(id).subscribe(`tick.${id}`, ({ data }) => heard.add(data));
    const target = everybody.slice(0, 3).join(' ');
    networkClog.start(world, faultOf(networkClog, { target, variant: 'swizzle', forMs: 600 }));

    const counts: number[] = [];
    for (let slot = 0; slot <= 6; slot += 1) {
      await world.run(slot * 100 + 20 - world.time.nowMs);
      const ticks = everybody.map((id) => ({ id, data: `${slot} ${id}` }));
      for (const { id, data } of ticks) bus('agent-2').publish(`tick.${id}`, data);
      await world.run(10);
      counts.push(ticks.filter(({ data }) => !heard.has(data)).length);
    }
    expect(counts).toEqual([1, 2, 3, 2, 1, 0, 0]);
  });
});

describe('a half-open connection', () => {
  /** Advisories of agent-1's connections as controller-1 hears them, by their numbers. */
  function listening() {
    const quiet = quietWorld();
    const told: string[] = [];
    const note = (what: string) => (message: { data: string }) => {
      const { client, reason = '' } = JSON.parse(message.data) as {
        client: { name: string; id: number };
        reason?: string;
      };
      if (client.name.endsWith('agent-1')) told.push(`${what} ${client.id} ${reason}`.trim());
    };
    quiet.bus('controller-1').subscribe(connConnect, note('connect'));
    quiet.bus('controller-1').subscribe(connDisconnect, note('disconnect'));
    return { ...quiet, told };
  }

  test('closed by the server: what is sent is lost without an error, until it gives up', async () => {
    const { world, bus, hearsays, ask, told } = listening();
    const { cid } = bus('agent-1');
    const fault = faultOf(networkHalfOpen, { target: 'agent-1', variant: 'by the server' });
    networkHalfOpen.start(world, fault);

    expect(bus('agent-1').status()).toBe('connected');
    expect(await hearsays()).toEqual(pairs(others, others).toSorted());
    expect(await ask('agent-2', 'agent-1')).toBe('NoResponders');
    expect(told).toEqual([`disconnect ${cid} Stale Connection`]);

    networkHalfOpen.stop(world, fault);
    await world.run(100);
    expect(await hearsays()).toEqual(all);
    expect(told).toEqual([`disconnect ${cid} Stale Connection`, `connect ${bus('agent-1').cid}`]);
  });

  test('closed by the process: the end of the old one is told after the new one came', async () => {
    const { world, bus, hearsays, ask, told } = listening();
    const { cid } = bus('agent-1');
    const fault = faultOf(networkHalfOpen, { target: 'agent-1', variant: 'by the process' });
    networkHalfOpen.start(world, fault);

    // Until it is back, it seems to be there: nobody is told that nobody listens.
    expect(bus('agent-1').status()).toBe('disconnected');
    expect(await ask('agent-2', 'agent-1')).toBe('RequestTimeout');
    await world.run(100);
    expect(await ask('agent-2', 'agent-1')).toBe('answered');
    expect(await hearsays()).toEqual(all);

    networkHalfOpen.stop(world, fault);
    await world.run(100);
    expect(told).toEqual([`connect ${bus('agent-1').cid}`, `disconnect ${cid} Stale Connection`]);
  });

  test.each(['by the server, unsaid', 'by the process, unsaid'])(
    'closed %s: no advisory tells of its end',
    async (variant) => {
      const { world, told } = listening();
      const fault = faultOf(networkHalfOpen, { target: 'agent-1', variant });
      networkHalfOpen.start(world, fault);
      await world.run(1_000);
      networkHalfOpen.stop(world, fault);
      await world.run(1_000);
      expect(told.filter((line) => line.startsWith('disconnect'))).toEqual([]);
    },
  );
});

describe('advisories', () => {
  function breaking(variant: string) {
    const quiet = quietWorld();
    const told: string[] = [];
    quiet.bus('controller-1').subscribe(connConnect, () => told.push('connect'));
    quiet.bus('controller-1').subscribe(connDisconnect, () => told.push('disconnect'));
    advisoryLoss.start(quiet.world, faultOf(advisoryLoss, { variant }));
    quiet.bus('agent-1').disconnect('Read Error');
    quiet.bus('agent-1').reconnect();
    return { ...quiet, told };
  }

  test('may be lost, while everything else arrives', async () => {
    const { world, told, hearsays } = breaking('lost');
    expect(await hearsays()).toEqual(all);
    await world.run(20_000);
    expect(told).toEqual([]);
  });

  test('may be late', async () => {
    const { world, told } = breaking('late');
    await world.run(5);
    expect(told).toEqual([]);
    await world.run(20_000);
    expect(told.toSorted()).toEqual(['connect', 'disconnect']);
  });

  test('may come twice', async () => {
    const { world, told } = breaking('twice');
    await world.run(20_000);
    expect(told.toSorted()).toEqual(['connect', 'connect', 'disconnect', 'disconnect']);
  });
});
