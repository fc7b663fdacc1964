import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runChaos } from '../../simulator/chaos/run.ts';
import type { ChaosScenario } from '../../simulator/chaos/scenario.ts';
import { chaosScenarios } from '../../simulator/chaos/scenarios/index.ts';
import { movingSize } from '../../simulator/chaos/size.ts';
import { namespaces } from '../support/vip/namespaces.ts';

const execute = promisify(execFile);

/** Ten minutes without NATS become half a minute; what is promised does not depend on how long it is. */
const shorten = 20;

function run(scenario: ChaosScenario) {
  const { signal } = new AbortController();
  return runChaos({ scenario, preset: 'lan', shorten, log: null, signal });
}

/** Somebody gives a host the address that another one has: what the checkers are there to find. */
const stolenAddress: ChaosScenario = {
  name: 'stolen-address',
  summary: 'a second host has an address',
  promise: 'It is found.',
  size: { ...movingSize, loadBalancers: { fixed: 0, moving: 1 } },
  async run(hands) {
    const [loadBalancer] = hands.loadBalancers;
    if (loadBalancer === undefined) throw new Error('there is no load balancer');
    const { fleet } = hands;
    const owner = fleet.hostOf(hands.holderOf(loadBalancer.id) ?? '');
    const thief = fleet.networkHost(fleet.hosts.find((host) => host !== owner) ?? '');
    const address = `${loadBalancer.address}/32`;
    const change = (verb: 'add' | 'del') => {
      const [program, ...words] = fleet.network.on(thief, process.env['HOLDFAST_IP'] ?? 'ip');
      return execute(program, [...words, 'addr', verb, address, 'dev', 'eth0']);
    };
    await change('add');
    // Everybody is asked once a second who has it, and hosts what they have many times.
    await hands.pass(2_500);
    await change('del');
  },
};

describe.skipIf(namespaces.why !== null)(namespaces.why ?? 'chaos on real processes', () => {
  test('an address that two hosts have is found', async () => {
    const { ok, violations, figures } = await run(stolenAddress);

    expect(ok).toBe(false);
    expect(violations.map(({ checker }) => checker)).toContain('one-server-per-vip');
    expect(figures.doubleServedMs).toBeGreaterThan(0);
  });

  test.each(chaosScenarios)('$name: $promise', async (scenario) => {
    const { ok, violations } = await run(scenario);

    expect(violations).toEqual([]);
    expect(ok).toBe(true);
  });
});
