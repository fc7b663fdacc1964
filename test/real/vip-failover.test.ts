import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { namespaces } from '../support/vip/namespaces.ts';
import { eventually } from './support/eventually.ts';
import { VipStack } from './support/vip-stack.ts';

/** A lease that lapses takes some seconds, and moves are many. */
const testMs = 240_000;
/** Some tenths of a second, and what a busy machine takes to look. */
const kernelLateMs = 2_000;
let stack: VipStack;
let started: VipStack | null = null;

/** Starts and ends a stack for the tests of one suite, with these timings in place of the preset's. */
function withStack(
  timings: Readonly<Record<string, string>>,
  options: { readonly witnesses?: boolean } = {},
): void {
  beforeAll(async () => {
    Object.assign(process.env, timings);
    try {
      started = await VipStack.start(2, options);
    } finally {
      for (const name of Object.keys(timings)) delete process.env[name];
    }
    stack = started;
  });
  afterAll(async () => {
    await started?.close();
    started = null;
  });
}

/** A load balancer that is served, clients that use it, and a witness of who answers for it. */
async function busy(name: string) {
  const made = await stack.world.create(name);
  const { agent } = await stack.world.active(made.id);
  await stack.answersAt(made.address, agent);
  const load = await stack.clients.load(made.address, made.port);
  await eventually('clients are served', async () => (await load.tally()).served > 50);
  const sightings = await stack.clients.watch(made.address);
  const goesOn = async () => {
    const { served } = await load.tally();
    await eventually('it goes on', async () => (await load.tally()).served > served + 100);
  };
  const remove = () => stack.world.api.delete(`/v2.0/lbaas/loadbalancers/${made.id}?cascade=true`);
  return { made, agent, load, sightings, goesOn, remove };
}

/** Never two at once. */
function expectOneAtATime(sightings: readonly (readonly string[])[]): void {
  expect(sightings.length).toBeGreaterThan(0);
  expect(sightings.filter((macs) => macs.length > 1)).toEqual([]);
}

describe.skipIf(namespaces.why !== null)(
  namespaces.why ?? 'an address between two hosts',
  { timeout: testMs },
  () => {
    // What follows needs each other's denials, too: an agent that was killed may have been promised something.
    withStack({}, { witnesses: true });

    test('moves and is drained without a failed request', async () => {
      const { made, agent, load, sightings, goesOn, remove } = await busy('moving');
      const other = stack.other(agent);

      await stack.world.api.post(`/holdfast/v1/loadbalancers/${made.id}/move`, {
        move: { agent: other },
      });
      await stack.world.settles(made.id, `at ${other}`, (where) => {
        return where.binding?.agent === other && where.state === 'bound.settled';
      });
      await goesOn();
      await stack.world.api.post(`/holdfast/v1/agents/${other}/drain`, {});
      await stack.world.settles(made.id, `back at ${agent}`, (where) => {
        return where.binding?.agent === agent && where.state === 'bound.settled';
      });
      await goesOn();
      await stack.world.api.post(`/holdfast/v1/agents/${other}/uncordon`, {});

      expect((await load.stop()).failures).toEqual({});
      expectOneAtATime(await sightings());
      await stack.answersAt(made.address, agent);
      await remove();
    });

    test.each(['SIGKILL', 'SIGSTOP'] as const)(
      'is taken from the host by the kernel after a %s of its agent, and moves',
      async (signal) => {
        const { made, agent, load, sightings, goesOn, remove } = await busy(signal.toLowerCase());
        const other = stack.other(agent);
        const before = await stack.world.agent(agent);

        stack.world.agentProcess(agent).kill(signal);
        await stack.answersAt(made.address, other);
        await goesOn();
        const process = stack.world.agentProcess(agent);
        if (signal === 'SIGSTOP') process.kill('SIGCONT');
        else await process.start();
        await stack.world.agentIs(agent, 'alive', before.incarnation);
        const { length } = await eventually('the old HAProxy is gone', async () => {
          const left = await stack.world.processes(made.id);
          return left.length === 1 ? left : null;
        });

        expect(length).toBe(1);
        await load.stop();
        expectOneAtATime(await sightings());
        await stack.answersAt(made.address, other);
        await remove();
      },
    );

    test('R17: stays while no judge answers, by the promise of a witness, and goes without one', async () => {
      const { made, agent, load, sightings, goesOn } = await busy('witnessed');

      await stack.world.stack.nats.stop('SIGKILL');
      const silentMs = systemClock.monotonicMs();
      await eventually('its lease would have ended twice without that', () => {
        return systemClock.monotonicMs() - silentMs > 2 * presets.local.leaseMs + 1_000;
      });
      await goesOn();
      expect((await load.stop()).failures).toEqual({});
      await stack.network.cut(stack.hostOf(agent));
      const isGone = async () => !(await stack.hasAddress(agent, made.address));
      await eventually('its host lets go', isGone, presets.local.leaseMs + kernelLateMs);
      await stack.network.mend(stack.hostOf(agent));
      await stack.world.stack.nats.restart();

      const { agent: next } = await stack.world.active(made.id);
      await stack.answersAt(made.address, next);
      expectOneAtATime(await sightings());
    });

    // The last one: what an agent holds stays where it is until the lease of its planned restart would have ended.
    test('stays, however long its agent is away, while that is restarted on purpose', async () => {
      const { made, agent, load, sightings, goesOn, remove } = await busy('restarted');
      const processes = await stack.world.processes(made.id);
      const { incarnation } = await stack.world.agent(agent);
      const process = stack.world.agentProcess(agent);

      await process.stop({ comesBack: true });
      const endedMs = systemClock.monotonicMs();
      await eventually('its lease would have lapsed without that', () => {
        return systemClock.monotonicMs() - endedMs > presets.local.lapseMs + 1_000;
      });
      await goesOn();
      await process.start();
      await stack.world.agentIs(agent, 'alive', incarnation);
      await stack.world.active(made.id);
      await goesOn();

      expect((await load.stop()).failures).toEqual({});
      expectOneAtATime(await sightings());
      expect(await stack.world.processes(made.id)).toEqual(processes);
      await remove();
    });
  },
);

describe.skipIf(namespaces.why !== null)(
  namespaces.why ?? 'an address whose agent has a long lease',
  { timeout: testMs },
  () => {
    // Long enough for a new process to come up on a busy machine.
    withStack({ HOLDFAST_TIMINGS__LEASE_MS: '30000', HOLDFAST_TIMINGS__LAPSE_MS: '35000' });

    test('stays where it is when the agent alone is killed and comes back before its lease has ended', async () => {
      const { made, agent, load, sightings, goesOn, remove } = await busy('back-in-time');
      const processes = await stack.world.processes(made.id);
      const before = await stack.world.agent(agent);

      stack.world.agentProcess(agent).kill('SIGKILL');
      await stack.world.agentProcess(agent).start();
      await stack.world.agentIs(agent, 'alive', before.incarnation);
      await stack.world.active(made.id);
      await goesOn();

      expect((await load.stop()).failures).toEqual({});
      expectOneAtATime(await sightings());
      expect(await stack.world.processes(made.id)).toEqual(processes);
      await remove();
    });
  },
);
