import { expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { type Scenario, smallSize } from '../../simulator/scenarios/scenario.ts';
import { weakFencesScenario } from '../../simulator/scenarios/weak-fences.ts';
import { simulate } from '../../simulator/simulate.ts';
import { drawProviders, drawWork } from '../../simulator/workload/work.ts';

const { lapseMs, leaseMs, heartbeatMs } = presets.lan;
const happensMs = 8_000;
const untilMs = 30_000;

/** Six load balancers on an appliance that refuses nobody, and two agents of one host, of which the first is harmed. */
function withFault(fault: Omit<Fault, 'atMs' | 'target'>): Scenario {
  return {
    ...weakFencesScenario,
    name: 'one-fault',
    size: { ...smallSize, controllers: 1, agents: 2, unfenced: true },
    plan: (stream, { loadBalancers }) => ({
      untilMs,
      faults: [{ ...fault, atMs: happensMs, target: 'agent-1' }],
      work: drawWork(
        stream('workload'),
        { loadBalancers, createdByMs: 4_000, untilMs: 4_000, editsMax: 0, deletedShare: 0 },
        drawProviders(stream('providers'), { unfenced: 1 }),
      ),
    }),
  };
}

/** How long after the fault who wrote what, and what was out of service meanwhile. */
async function story(scenario: Scenario) {
  let faultMs = Number.POSITIVE_INFINITY;
  const writes: { readonly agent: string; readonly sinceMs: number }[] = [];
  const { violations, traffic } = await simulate({
    seed: 1,
    scenario,
    observer(event, atMs) {
      if (event.type === 'fault' && event.phase === 'begins') faultMs = atMs;
      if (event.type === 'writing' && atMs >= faultMs) {
        writes.push({ agent: event.agent, sinceMs: atMs - faultMs });
      }
    },
  });
  return { violations, unservedMs: traffic.unservedMs, writes };
}

test('what a dead agent drove is written by another one once its lease has surely ended, and serves all the while', async () => {
  const { violations, unservedMs, writes } = await story(
    withFault({ kind: 'agent-crash', forMs: null, variant: '' }),
  );

  expect(violations).toEqual([]);
  expect(unservedMs).toBe(0);
  expect(writes.length).toBeGreaterThan(0);
  for (const { agent, sinceMs } of writes) {
    expect(agent).toBe('agent-2');
    expect(sinceMs).toBeGreaterThanOrEqual(lapseMs - heartbeatMs);
  }
});

test('what an agent drove that is back at once is its own again, without waiting for anybody', async () => {
  const { violations, writes } = await story(
    withFault({ kind: 'agent-crash', forMs: 300, variant: '' }),
  );

  expect(violations).toEqual([]);
  expect(writes.length).toBeGreaterThan(0);
  for (const { agent, sinceMs } of writes) {
    expect(agent).toBe('agent-1');
    expect(sinceMs).toBeLessThan(leaseMs);
  }
});

test('what an agent is drained of is written by another one at once, after it has let go', async () => {
  const { violations, unservedMs, writes } = await story(
    withFault({ kind: 'agent-cordon', forMs: 15_000, variant: 'drain' }),
  );

  expect(violations).toEqual([]);
  expect(unservedMs).toBe(0);
  expect(writes.length).toBeGreaterThan(0);
  for (const { agent, sinceMs } of writes) {
    expect(agent).toBe('agent-2');
    expect(sinceMs).toBeLessThan(2 * heartbeatMs);
  }
});

test('an agent that stood still past its lease writes nothing when it goes on', async () => {
  const { violations, writes } = await story(
    withFault({ kind: 'agent-pause', forMs: 12_000, variant: '' }),
  );

  expect(violations).toEqual([]);
  expect(writes.length).toBeGreaterThan(0);
  expect(writes.every(({ agent }) => agent === 'agent-2')).toBe(true);
});
