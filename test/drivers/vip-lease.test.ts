import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { namespaces } from '../support/vip/namespaces.ts';
import { VipWorld } from '../support/vip/world.ts';
import { eventually } from './support/eventually.ts';

const leaseMs = 3_000;
/** The kernel looks at lifetimes now and then only, so that an address may outlive its own a little. */
const kernelLatenessMs = 1_000;

/** A load balancer that an agent of host 1 serves, and renews its lease for. */
async function served(options: object = {}) {
  const world = await VipWorld.create(2);
  const [one, two] = [world.host(1), world.host(2)];
  const agent = await world.driver(one, 'agent-1', options);
  const target = world.target();
  const { vip_address: vip } = target.document;
  await agent.keep(leaseMs);
  await agent.apply(target);
  expect(await world.ask(vip)).toBe('');
  const gone = (within = leaseMs + kernelLatenessMs) =>
    eventually('the address is gone', async () => !(await world.has(one, vip)), within);
  return { world, one, two, agent, target, vip, gone };
}

const realIp = process.env['HOLDFAST_IP'] ?? 'ip';

/** An ip that does something else before it prolongs anything, once it is told to. */
async function slowIp(before = 'sleep 1.7') {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-slow-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const [ip, flag] = [join(directory, 'ip'), join(directory, 'slow')];
  const slow = `if [ "$2" = restore ] && [ -e ${flag} ]; then ${before}; fi`;
  await writeFile(ip, `#!/bin/sh\n${slow}\nexec ${realIp} "$@"\n`, { mode: 0o755 });
  const calls = async () => (await readFile(`${ip}.calls`, 'utf8')).length;
  return { ip, calls, slowDown: () => writeFile(flag, '') };
}

/** Two hosts, of which the first serves an IPv6 address; the second one looks for it at once when it takes it. */
async function servedByIPv6(options: object = {}) {
  const world = await VipWorld.create(2);
  const [one, two] = [world.host(1), world.host(2)];
  const atOnce = 'net.ipv6.conf.eth0.router_solicitation_delay=0';
  await world.run(two, 'sysctl', '-q', '-w', atOnce);
  const agent = await world.driver(one, 'agent-1');
  const other = await world.driver(two, 'agent-2', options);
  const target = world.target({ vip: 'fd13::100' });
  await agent.keep(leaseMs);
  await agent.apply(target);
  /** Where the machine stands still for a second just then, the address's first second may run out instead. */
  const refused = () =>
    eventually('another host is found to answer', async () => {
      const attempt = other.apply({ ...target, epoch: 2 });
      const error = await attempt.then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(RetryableError);
      return (error as Error).message.includes('another host answers for fd13::100');
    });
  return { world, two, agent, other, target, refused };
}

describe.skipIf(namespaces.why !== null)(
  namespaces.why ?? "an address that is there for the time of its agent's lease",
  () => {
    test('does not come before there is a lease, nor for less than a second of it', async () => {
      const world = await VipWorld.create(1);
      const agent = await world.driver(world.host(1));
      const target = world.target();

      await expect(agent.apply(target)).rejects.toThrow(/has no lease/);
      await agent.renew(900);
      await expect(agent.apply(target)).rejects.toThrow(RetryableError);

      expect(await agent.observe(target.id)).toBeNull();
      expect(await world.has(world.host(1), world.vip())).toBe(false);
    });

    test.each(['SIGKILL', 'SIGSTOP'] as const)(
      'is taken away by the kernel when the agent gets a %s, and what it had to say later comes too late',
      async (signal) => {
        const { world, one, agent, vip, gone } = await served();
        expect(await world.whoAnswers(vip)).toEqual([one.mac]);

        agent.remote.signal(signal);
        await gone();
        // A frozen agent renews as soon as it wakes up, and finds that nothing is left to renew.
        agent.remote.signal('SIGCONT');
        if (signal === 'SIGSTOP') await agent.renew(leaseMs);

        expect(await world.has(one, vip)).toBe(false);
        expect(await world.whoAnswers(vip)).toEqual([]);
      },
    );

    test('is renewed without disturbing a request', async () => {
      const { world, agent, vip } = await served();
      await agent.stopKeeping();
      await agent.keep(leaseMs, 20);
      const load = await world.load(vip);

      await eventually('many are served', async () => (await load.tally()).served > 1_000, 60_000);

      expect((await load.stop()).failures).toEqual({});
    });

    test('is prolonged once more where no heartbeat is answered, because the kernel counts whole seconds', async () => {
      const { ip, calls, slowDown } = await slowIp('echo >> $0.calls');
      const { agent, target, gone } = await served({ ip });
      await agent.stopKeeping();
      await agent.watch(target.id);
      await slowDown();

      await agent.renew(leaseMs);

      await eventually('the kernel is told twice', async () => (await calls()) >= 2);
      expect(agent.notices).toEqual([]);
      await gone();
    });

    test('is dropped at once with the lease, and comes back by a newer epoch only', async () => {
      const { world, one, agent, target, vip } = await served();
      await agent.stopKeeping();

      await agent.drop();

      expect(await world.has(one, vip)).toBe(false);
      expect(world.site(one, target.id).running()).not.toBeNull();
      await expect(agent.apply(target)).rejects.toThrow(/newer epoch/);
      await agent.renew(leaseMs);
      await expect(agent.apply(target)).rejects.toThrow(/newer epoch/);
      await agent.apply({ ...target, epoch: 2 });
      expect(await world.ask(vip)).toBe('');
    });

    test('is ended where the word of a renewal reaches the kernel too late', async () => {
      const { ip, slowDown } = await slowIp();
      const { world, one, agent, target, vip } = await served({ ip });
      await agent.stopKeeping();
      await agent.watch(target.id);
      await slowDown();

      await agent.renew(leaseMs);

      expect(await world.has(one, vip)).toBe(false);
      expect(agent.notices.map(({ notice }) => notice.type)).toContain('down');
    });

    test('that somebody took away is missed, and comes back under the same epoch', async () => {
      const { world, one, agent, target, vip } = await served();
      await agent.watch(target.id);

      await world.run(one, 'ip', 'addr', 'del', `${vip}/32`, 'dev', 'eth0');

      await eventually('the watcher is told', () =>
        agent.notices.some(({ notice }) => notice.type === 'down'),
      );
      expect((await agent.observe(target.id))?.running).toBe(false);
      await agent.apply(target);
      expect(await world.ask(vip)).toBe('');
    });

    test('stays as it is when nothing changes, and goes when nothing is to be bound', async () => {
      const { world, one, agent, target, vip } = await served();
      const before = await world.addresses(one);

      await agent.apply({ ...target, epoch: 2 });
      expect(await world.addresses(one)).toBe(before);
      const document = { ...target.document, admin_state_up: false };
      await agent.apply({ ...target, epoch: 2, generation: 2, document });

      expect(await world.has(one, vip)).toBe(false);
      expect((await agent.observe(target.id))?.running).toBe(true);
    });

    test('goes with its load balancer', async () => {
      const { world, one, agent, target, vip } = await served();

      await agent.remove(target);

      expect(await world.has(one, vip)).toBe(false);
      expect(world.site(one, target.id).running()).toBeNull();
    });
  },
);

describe.skipIf(namespaces.why !== null)(namespaces.why ?? 'an agent that comes back', () => {
  test('goes on with what runs under its next epoch, and no request fails', async () => {
    const { world, one, agent, target, vip } = await served();
    const serving = world.site(one, target.id).running();
    const load = await world.load(vip);
    await eventually('some are served', async () => (await load.tally()).served > 100);

    // Ready before the other one dies: a process may take longer to start than the lease lasts.
    const returned = await world.driver(one, 'agent-1');
    agent.remote.signal('SIGKILL');
    await returned.keep(leaseMs);
    const found = await returned.recall(target.id);
    await returned.apply({ ...found!, epoch: 2 });
    const { served: before } = await load.tally();
    await eventually('more are served', async () => (await load.tally()).served > before + 300);

    expect((await load.stop()).failures).toEqual({});
    expect(world.site(one, target.id).running()).toEqual(serving);
  });

  test('brings the address back where the kernel has taken it away meanwhile', async () => {
    const { world, one, agent, target, vip, gone } = await served();
    agent.remote.signal('SIGKILL');
    await gone();

    const returned = await world.driver(one, 'agent-1');
    await returned.keep(leaseMs);
    await returned.apply({ ...target, epoch: 2 });

    expect(await world.ask(vip)).toBe('');
  });

  test('leaves alone what another agent of its host takes while it stands still over a renewal', async () => {
    const { ip, slowDown } = await slowIp();
    const { world, one, agent, target, vip } = await served({ ip });
    await agent.stopKeeping();
    await agent.watch(target.id);
    const other = await world.driver(one, 'agent-2');
    await other.keep(leaseMs);
    await slowDown();

    const renewed = agent.renew(leaseMs);
    await other.apply({ ...target, epoch: 2 });
    await renewed;

    expect(await world.has(one, vip)).toBe(true);
    expect(other.notices).toEqual([]);
    expect(agent.notices.map(({ notice }) => notice)).toEqual([
      { type: 'down', reason: expect.stringContaining('agent-2 holds it') as string },
    ]);
  });

  test('does not prolong, nor take away, what another agent of its host has taken', async () => {
    const { world, one, agent, target, vip } = await served();
    await agent.stopKeeping();
    await agent.watch(target.id);
    const other = await world.driver(one, 'agent-2');
    await other.keep(leaseMs);
    await other.apply({ ...target, epoch: 2 });

    await agent.renew(60_000);
    await agent.drop();

    expect(agent.notices.map(({ notice }) => notice)).toEqual([
      { type: 'down', reason: expect.stringContaining('agent-2 holds it') as string },
    ]);
    expect(await world.has(one, vip)).toBe(true);
    const shown = await world.run(one, 'ip', 'addr', 'show', 'to', vip);
    expect(Number(/valid_lft (\d+)sec/.exec(shown)?.[1])).toBeLessThanOrEqual(leaseMs / 1_000);
  });
});

describe.skipIf(namespaces.why !== null)(namespaces.why ?? 'an address that moves', () => {
  test('is known to the neighbours at once, without their asking', async () => {
    const { world, one, two, agent, target, vip } = await served();
    const other = await world.driver(two, 'agent-2');
    await other.keep(leaseMs);
    const known = () => world.run(world.clientHost, 'ip', 'neigh', 'show', 'to', vip);
    expect(await known()).toContain(one.mac);

    await agent.drop();
    await other.apply({ ...target, epoch: 2 });

    await eventually('the client knows', async () => (await known()).includes(two.mac));
    expect(await world.ask(vip)).toBe('');
    expect(await world.whoAnswers(vip)).toEqual([two.mac]);
  });

  test('is not taken while another host answers for it, and its name is told', async () => {
    const { world, one, two, agent, target, vip } = await served();
    const other = await world.driver(two, 'agent-2', { duplicateCheckMs: 2_000 });
    await other.keep(leaseMs);

    const attempt = other.apply({ ...target, epoch: 2 });

    await expect(attempt).rejects.toThrow(RetryableError);
    await expect(attempt).rejects.toThrow(one.mac);
    expect(await world.has(two, vip)).toBe(false);
    await agent.drop();
    await other.apply({ ...target, epoch: 2 });
    expect(await world.whoAnswers(vip)).toEqual([two.mac]);
  });

  test('may be an IPv6 one, which the kernel checks and announces', async () => {
    const { world, two, agent, other, target, refused } = await servedByIPv6();
    await other.keep(leaseMs);

    expect(await world.ask('fd13::100')).toBe('');
    await refused();
    // A neighbour that has just been spoken to is not asked for again for some time.
    expect(await world.ask('fd13::100')).toBe('');
    await agent.drop();
    await other.apply({ ...target, epoch: 2 });
    const known = () => world.run(world.clientHost, 'ip', 'neigh', 'show', 'to', 'fd13::100');
    await eventually('the client knows', async () => (await known()).includes(two.mac));
    expect(await world.ask('fd13::100')).toBe('');
    other.remote.signal('SIGKILL');
    await eventually('it is gone', async () => !(await world.has(two, 'fd13::100')));
  });

  test('may be an IPv6 one, of which the agent that renews all the while says why it is refused', async () => {
    const { other, target, refused } = await servedByIPv6();
    await other.watch(target.id);
    await other.keep(leaseMs, 1);

    await refused();

    expect(other.notices).toEqual([]);
  });

  test('may be an IPv6 one, which another host answers for before it is prolonged', async () => {
    const untilGone = `while ${realIp} addr show to fd13::100 | grep -q inet6; do sleep 0.01; done`;
    const { ip, slowDown } = await slowIp(untilGone);
    const { other, refused } = await servedByIPv6({ ip });
    await other.renew(60_000);
    await slowDown();

    await refused();
  });

  test("is never one that the host has for itself, which stays the host's own", async () => {
    const { world, one, agent } = await served();
    const taken = world.target({ vip: one.address });
    const before = await world.addresses(one);

    await expect(agent.apply(taken)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining(`${one.address} is an address that the host itself has`),
    });
    await agent.remove(taken);
    await agent.drop();

    expect(await world.addresses(one)).toContain(`${one.address}/24`);
    expect(before).toContain(`${one.address}/24`);
  });
});

describe.skipIf(namespaces.why !== null)(namespaces.why ?? 'a host is told to be unable', () => {
  test('without the programs and without an interface that has neighbours', async () => {
    const world = await VipWorld.create(1);
    const agent = await world.driver(world.host(1));
    const lacks = async (options: object) => {
      await agent.create('agent', options, world.stateDir(world.host(1)));
      const probed = await agent.probe();
      return probed.reachable ? null : probed.reason;
    };

    expect(await lacks({})).toBeNull();
    expect(await lacks({ interface: 'eth7' })).toContain(
      'no network interface "eth7" (option "interface")',
    );
    expect(await lacks({ interface: 'lo' })).toContain('no neighbours');
    expect(await lacks({ arping: '/nonexistent' })).toContain("Debian's package iputils-arping");
    expect(await lacks({ arping: '/bin/echo' })).toContain('is not the one of iputils-arping');
    expect(await lacks({ ip: '/nonexistent' })).toContain("Debian's package iproute2");
  });

  test('where the agent may not change interfaces', async () => {
    const world = await VipWorld.create(1);
    const under = ['setpriv', '--bounding-set', '-net_admin'];
    const agent = await world.driver(world.host(1), 'agent', {}, { under });

    expect(await agent.probe()).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('CAP_NET_ADMIN') as string,
    });
  });
});
