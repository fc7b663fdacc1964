import { describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { connConnect, connDisconnect } from '../../machines/protocol/subjects.ts';
import { agentCut } from '../../simulator/faults/agent-cut.ts';
import { controllerCut } from '../../simulator/faults/controller-cut.ts';
import { controllerDisconnect } from '../../simulator/faults/controller-disconnect.ts';
import { natsNodeHung } from '../../simulator/faults/nats-node-hung.ts';
import { networkHalfOpen } from '../../simulator/faults/network-half-open.ts';
import { World } from '../../simulator/world/world.ts';
import { all, faultOf, quietWorld } from './support/quiet-world.ts';

const { ackTimeoutMs, connectTimeoutMs, leaseMs } = presets.lan;
/** So long its own pings take at most to tell a client that its server is silent. */
const noticedMs = 3_000;
/** Longer than anything that is under way without a fault. */
const soonMs = 200;
const id = 'controller-1';

/** What becomes of a write or a read of this process, by the name of the error. */
function ending(work: Promise<unknown>): { of: string } {
  const end = { of: 'nothing yet' };
  work.then(
    () => (end.of = 'done'),
    (error: Error) => (end.of = error.name),
  );
  return end;
}

function watching() {
  const quiet = quietWorld();
  const { world } = quiet;
  const store = world.stores.vips.as(id);
  const seen: string[] = [];
  store.watch(
    ({ key }) => seen.push(key),
    () => undefined,
  );
  const told: string[] = [];
  const note = (what: string) => (message: { data: string }) => {
    const { client, reason = '' } = JSON.parse(message.data) as {
      client: { name: string };
      reason?: string;
    };
    if (client.name.endsWith(`/${id}`)) told.push(`${what} ${reason}`.trim());
  };
  quiet.bus('controller-2').subscribe(connConnect, note('connect'));
  quiet.bus('controller-2').subscribe(connDisconnect, note('disconnect'));
  /** Somebody else writes. */
  const written = (key: string) => world.settle(world.stores.vips.create(key, '{}', key));
  return { ...quiet, store, seen, told, written, status: () => quiet.bus(id).status() };
}

describe('a process that is cut off from NATS', () => {
  const cutOff = faultOf(controllerCut, { target: id, variant: 'both' });

  test('is told by nobody, and gets no answers from the stores either', async () => {
    const { world, store, seen, written, status } = watching();
    await world.run(soonMs);
    controllerCut.start(world, cutOff);

    const [read, write] = [ending(store.get('a')), ending(store.create('b', '{}', 'w'))];
    await written('c');
    await world.run(soonMs);

    expect(status()).toBe('connected');
    expect([read.of, write.of, seen]).toEqual(['nothing yet', 'nothing yet', []]);
  });

  test('goes on where it was when that ends soon, and hears what it has missed', async () => {
    const { world, seen, told, written, status, hearsays } = watching();
    await world.run(soonMs);
    controllerCut.start(world, cutOff);
    await written('a');
    await world.run(soonMs);
    controllerCut.stop(world, cutOff);
    await world.run(soonMs);

    expect([status(), seen, told]).toEqual(['connected', ['a'], []]);
    expect(await hearsays()).toEqual(all);
  });

  test('leaves its server as soon as that has not answered in time, long before a lease ends', async () => {
    const { world, bus, store, status } = watching();
    await world.run(soonMs);
    controllerCut.start(world, cutOff);
    const write = ending(store.create('b', '{}', 'w'));
    ending(bus(id).request('anything', '', ackTimeoutMs));
    await world.run(2 * ackTimeoutMs + soonMs);

    expect(2 * ackTimeoutMs + soonMs).toBeLessThan(leaseMs);
    expect([status(), write.of]).toEqual(['disconnected', 'UnknownOutcome']);
    expect(world.stores.vips.line(id).connected).toBe(false);
  });

  test('leaves it by its own pings, where it asks nothing, and is back when the cut is over', async () => {
    const { world, seen, told, written, status, hearsays } = watching();
    await world.run(soonMs);
    controllerCut.start(world, cutOff);
    await world.run(noticedMs);
    const between = status();
    await written('a');
    controllerCut.stop(world, cutOff);
    await world.run(connectTimeoutMs + noticedMs);

    expect([between, status(), seen]).toEqual(['disconnected', 'connected', ['a']]);
    expect(told.toSorted()).toEqual(['connect', 'disconnect Stale Connection']);
    expect(await hearsays()).toEqual(all);
  });

  test('writes what nobody confirms, where only what is sent to it gets lost', async () => {
    const { world, store } = watching();
    await world.run(soonMs);
    controllerCut.start(world, { ...cutOff, variant: 'in' });
    const write = ending(store.create('b', '{}', 'w'));
    await world.run(noticedMs);

    expect(write.of).toBe('UnknownOutcome');
    expect(world.stores.vips.snapshot()).toHaveLength(1);
  });

  test('writes nothing where what it sends gets lost', async () => {
    const { world, store } = watching();
    await world.run(soonMs);
    controllerCut.start(world, { ...cutOff, variant: 'out' });
    const write = ending(store.create('b', '{}', 'w'));
    await world.run(noticedMs);

    expect(write.of).toBe('UnknownOutcome');
    expect(world.stores.vips.snapshot()).toEqual([]);
  });

  test('writes nothing any more to a server that has ended, where only what is sent to it gets lost', async () => {
    const { world, store } = watching();
    await world.run(soonMs);
    controllerCut.start(world, { ...cutOff, variant: 'in' });
    world.nats.stop(null);
    const write = ending(store.create('b', '{}', 'w'));
    await world.run(noticedMs);

    expect(write.of).toBe('UnknownOutcome');
    expect(world.stores.vips.snapshot()).toEqual([]);
  });

  test('writes as the cut allows that is left of two', async () => {
    const { world, store } = watching();
    const other = faultOf(controllerCut, { target: id, variant: 'in' });
    controllerCut.start(world, cutOff);
    controllerCut.start(world, other);
    controllerCut.stop(world, cutOff);
    const write = ending(store.create('b', '{}', 'w'));
    await world.run(noticedMs);

    expect(write.of).toBe('UnknownOutcome');
    expect(world.stores.vips.snapshot()).toHaveLength(1);
  });

  test('stays away as long as any of two cuts lasts', async () => {
    const { world, status } = watching();
    const other = faultOf(controllerCut, { target: id, variant: 'in' });
    controllerCut.start(world, cutOff);
    controllerCut.start(world, other);
    await world.run(noticedMs);
    controllerCut.stop(world, cutOff);
    await world.run(noticedMs);
    const between = status();
    controllerCut.stop(world, other);
    await world.run(connectTimeoutMs);

    expect([between, status()]).toEqual(['disconnected', 'connected']);
  });

  test('does not hear that the server ended, and comes to the next one', async () => {
    const { world, status, hearsays } = watching();
    controllerCut.start(world, cutOff);
    world.nats.stop(null);
    await world.run(soonMs);
    const between = status();
    world.nats.start();
    controllerCut.stop(world, cutOff);
    await world.run(noticedMs);

    expect([between, status()]).toEqual(['connected', 'connected']);
    expect(await hearsays()).toEqual(all);
  });

  test('is well again after all, where the server ended while it was away', async () => {
    const { world, bus, status } = watching();
    controllerCut.start(world, cutOff);
    await world.run(noticedMs);
    world.nats.stop(null);
    await world.run(soonMs);
    controllerCut.stop(world, cutOff);
    world.nats.start();
    await world.run(noticedMs);
    ending(bus(id).request('anything', '', ackTimeoutMs));
    await world.run(noticedMs);

    expect([status(), world.stores.vips.line(id).silence]).toEqual(['connected', null]);
    expect(world.host(id).uplink.isHung).toBe(false);
  });

  test('is missed late when it dies, and nothing of it runs any more', async () => {
    const { world, bus, told } = watching();
    controllerCut.start(world, cutOff);
    const asked = ending(bus(id).request('anything', '', ackTimeoutMs));
    const noted: string[] = [];
    bus(id).onStatus((status) => noted.push(status));
    world.host(id).uplink.end();
    await world.run(soonMs);
    const soon = [...told];
    await world.run(noticedMs);

    expect([soon, told]).toEqual([[], ['disconnect Stale Connection']]);
    expect([asked.of, noted]).toEqual(['nothing yet', []]);
  });
});

describe('an agent that is cut off', () => {
  const cutOff = faultOf(agentCut, { target: 'agent-1', variant: 'both' });

  async function queuedWorld() {
    const size = { agents: 1, controllers: 1, shards: 1, queued: true };
    const world = new World({ seed: 1, timings: presets.lan, ...size });
    await world.startControllers();
    return { world, line: () => world.queues?.line('agent-1').connected };
  }

  test('leaves the queues together with the bus', async () => {
    const { world, line } = await queuedWorld();
    await world.startAgent('agent-1');
    const before = line();
    agentCut.start(world, cutOff);
    await world.run(noticedMs);

    expect([before, line()]).toEqual([true, false]);
  });

  test('has no queues in reach where that befalls it while it comes up', async () => {
    const { world, line } = await queuedWorld();
    const starting = world.agentHost('agent-1').start();
    agentCut.start(world, cutOff);
    await world.settle(starting);
    const during = line();
    agentCut.stop(world, cutOff);
    await world.run(connectTimeoutMs);

    expect([during, line()]).toEqual([false, true]);
  });
});

test('a process whose connection breaks loses the stores with it, and all comes back together', async () => {
  const { world, status } = watching();
  const line = world.stores.vips.line(id);
  const fault = faultOf(controllerDisconnect, { target: id, variant: 'Read Error' });
  controllerDisconnect.start(world, fault);
  const between = [status(), line.connected];
  controllerDisconnect.stop(world, fault);

  expect(between).toEqual(['disconnected', false]);
  expect([status(), line.connected]).toEqual(['connected', true]);
});

test('a half-open connection is left by whoever gets no answer, and made anew at once', async () => {
  const { world, bus, told, status, hearsays } = watching();
  const fault = faultOf(networkHalfOpen, { target: id, variant: 'by the server' });
  networkHalfOpen.start(world, fault);
  ending(bus(id).request('anything', '', ackTimeoutMs));
  await world.run(2 * ackTimeoutMs + soonMs);

  expect(status()).toBe('connected');
  expect(told).toEqual(['disconnect Stale Connection', 'connect']);
  expect(await hearsays()).toEqual(all);
});

test('a connection that both sides have closed is made anew', async () => {
  const { world, status, hearsays } = watching();
  const byServer = faultOf(networkHalfOpen, { target: id, variant: 'by the server' });
  const byProcess = faultOf(networkHalfOpen, { target: id, variant: 'by the process' });
  networkHalfOpen.start(world, byServer);
  networkHalfOpen.start(world, byProcess);
  await world.run(soonMs);

  expect(status()).toBe('connected');
  expect(await hearsays()).toEqual(all);
});

describe('a server of a cluster that hangs', () => {
  const hung = faultOf(natsNodeHung, { target: id, variant: 'follower' });

  test('is left for another one, and tells of that when it works on', async () => {
    const { world, bus, told, status, hearsays } = watching();
    natsNodeHung.start(world, hung);
    const deaf = await hearsays();
    ending(bus(id).request('anything', '', ackTimeoutMs));
    await world.run(2 * ackTimeoutMs + soonMs);
    const heard = await hearsays();
    const before = [...told];
    natsNodeHung.stop(world, hung);
    await world.run(soonMs);

    expect(deaf.filter((pair) => pair.includes(id))).toEqual([]);
    expect([status(), heard]).toEqual(['connected', all]);
    expect([before, told]).toEqual([['connect'], ['connect', 'disconnect Client Closed']]);
  });

  test('tells of a process that died meanwhile when it works on', async () => {
    const { world, told } = watching();
    natsNodeHung.start(world, hung);
    world.host(id).uplink.end();
    await world.run(2 * noticedMs);
    const before = [...told];
    natsNodeHung.stop(world, hung);
    await world.run(soonMs);

    expect([before, told]).toEqual([[], ['disconnect Client Closed']]);
  });

  test('goes on with whoever has not noticed', async () => {
    const { world, told, status, hearsays } = watching();
    natsNodeHung.start(world, hung);
    await world.run(soonMs);
    natsNodeHung.stop(world, hung);

    expect(await hearsays()).toEqual(all);
    expect([status(), told]).toEqual(['connected', []]);
  });

  test('has closed a connection before all servers end: that is made anew like any other', async () => {
    const { world, status, hearsays } = watching();
    natsNodeHung.start(world, hung);
    networkHalfOpen.start(
      world,
      faultOf(networkHalfOpen, { target: id, variant: 'by the server, unsaid' }),
    );
    world.nats.stop(null);
    await world.run(soonMs);
    const meanwhile = status();
    world.nats.start();
    await world.run(2 * noticedMs);

    expect([meanwhile, status(), await hearsays()]).toEqual(['disconnected', 'connected', all]);
  });

  test('leads on where it works on before others are elected', async () => {
    const { world } = watching();
    const leads = { ...hung, variant: 'leader' };
    natsNodeHung.start(world, leads);
    await world.run(soonMs);
    natsNodeHung.stop(world, leads);
    const after = ending(world.stores.vips.create('b', '{}', 'b'));
    await world.run(soonMs);

    expect(after.of).toBe('done');
  });

  test('takes the leaders with it, and others are elected', async () => {
    const { world } = watching();
    natsNodeHung.start(world, { ...hung, variant: 'leader' });
    const during = ending(world.stores.vips.create('a', '{}', 'a'));
    await world.run(noticedMs);
    await world.run(9_000);
    const after = ending(world.stores.vips.create('b', '{}', 'b'));
    await world.run(soonMs);

    expect(['StoreUnavailable', 'UnknownOutcome']).toContain(during.of);
    expect(after.of).toBe('done');
  });
});
