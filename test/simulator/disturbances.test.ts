import { describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { aftermathMs, Disturbances } from '../../simulator/evidence/disturbances.ts';
import { agentPause } from '../../simulator/faults/agent-pause.ts';
import { deviceDrift } from '../../simulator/faults/device-drift.ts';
import { deviceFailure } from '../../simulator/faults/device-failure.ts';
import type { Fault, FaultKind } from '../../simulator/faults/fault.ts';
import { FaultSchedule } from '../../simulator/faults/schedule.ts';
import { watchRepeat } from '../../simulator/faults/watch-repeat.ts';
import { applianceName } from '../../simulator/world/places.ts';
import { World } from '../../simulator/world/world.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { faultOf } from './support/quiet-world.ts';

const timings = presets.lan;

/** A world in which nothing runs and one fault begins. */
async function worldWith(kind: FaultKind, fault: Partial<Fault>) {
  const world = new World({ seed: 1, timings, agents: 2, shards: 1, controllers: 1 });
  const disturbances = new Disturbances(world);
  world.observe(disturbances.observer);
  new FaultSchedule(world).begin([faultOf(kind, fault)]);
  await world.run(1);
  const isTouched = (touched: { agent?: string; device?: string; name?: string }) => {
    const { agent = '', device = '', name = '' } = touched;
    const what = { agents: [agent], device, loadBalancer: name };
    return disturbances.touching(what, world.time.nowMs).length > 0;
  };
  return { world, disturbances, isTouched };
}

describe('what a fault disturbs', () => {
  test('is, of one that is over at once, disturbed for as long as it may be felt', async () => {
    const { world, disturbances } = await worldWith(watchRepeat, {
      forMs: 0,
      target: 'controller-1',
      variant: 'desired 1',
    });
    const limitMs = aftermathMs(watchRepeat.name, timings);

    const atOnce = disturbances.ofControlPlane(world.time.nowMs);
    const atTheEdge = disturbances.ofControlPlane(limitMs);
    const later = disturbances.ofControlPlane(limitMs + 1);

    expect([atOnce, atTheEdge, later]).toEqual([true, true, false]);
  });

  test('is a device until the last of the calls has failed, and some time after that', async () => {
    const { world, isTouched } = await worldWith(deviceFailure, {
      forMs: 0,
      target: '1',
      variant: 'retryable',
    });
    const limitMs = aftermathMs(deviceFailure.name, timings);
    await world.run(10 * limitMs);
    const unused = isTouched({ device: applianceName });

    const document = loadBalancerDocument();
    const call = { id: document.id, epoch: 1, generation: 1, document };
    await world.settle(world.appliance.apply('agent-1', call).then(fail, () => undefined));
    world.emit({ type: 'started', agent: 'agent-1' });
    await world.run(limitMs - 1);
    const felt = isTouched({ device: applianceName });
    await world.run(2);

    expect([unused, felt, isTouched({ device: applianceName })]).toEqual([true, true, false]);
  });

  test('is nothing but what it touches, also where it stays for good', async () => {
    const paused = await worldWith(agentPause, { forMs: null, target: 'agent-1' });
    const drifted = await worldWith(deviceDrift, { forMs: 0, target: 'lb-1', variant: 'changed' });
    await paused.world.run(600_000);

    expect(paused.isTouched({ agent: 'agent-1' })).toBe(true);
    expect(paused.isTouched({ agent: 'agent-2', device: applianceName })).toBe(false);
    expect(drifted.isTouched({ name: 'lb-1' })).toBe(true);
    expect(drifted.isTouched({ name: 'lb-2', device: applianceName })).toBe(false);
  });
});

const fail = (): never => {
  throw new Error('the call was to fail');
};
