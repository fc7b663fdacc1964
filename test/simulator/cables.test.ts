import { expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { Cables } from '../../simulator/evidence/cables.ts';
import { Disturbances } from '../../simulator/evidence/disturbances.ts';
import { agentLosesDevice } from '../../simulator/faults/agent-loses-device.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { World } from '../../simulator/world/world.ts';
import { looksAwaited } from '../../src/controller/fleet/cut-offs.ts';

const timings = presets.lan;

/** From here on it speaks against an agent that it has lost its device. */
const awaitedMs = (looksAwaited - 1) * timings.reachMs;

function cablesOfTwo(): Cables {
  const world = new World({ seed: 1, timings, agents: 2, shards: 1, controllers: 1 });
  return new Cables({ world, disturbances: new Disturbances(world) });
}

function cable(phase: 'begins' | 'ends', target: string): WorldEvent {
  return { type: 'fault', kind: agentLosesDevice.name, phase, target, detail: '', forMs: 1 };
}

test('a cable that is out speaks against its agent once the others had their time to find the same', () => {
  const cables = cablesOfTwo();

  cables.note(cable('begins', 'agent-1'), 1_000);

  expect(cables.speakAgainst('agent-1', 1_000 + awaitedMs - 1)).toBe(false);
  expect(cables.speakAgainst('agent-1', 1_000 + awaitedMs)).toBe(true);
  expect(cables.speakAgainst('agent-2', 1_000 + awaitedMs)).toBe(false);
});

test('a cable that is cut once more while it is out has been out since the first time', () => {
  const cables = cablesOfTwo();

  cables.note(cable('begins', 'agent-1'), 1_000);
  cables.note(cable('begins', 'agent-1'), 1_000 + awaitedMs - 1);

  expect(cables.speakAgainst('agent-1', 1_000 + awaitedMs)).toBe(true);
});

test('a cable that two cuts had in common is back with the end of the first, and the other ends nothing', () => {
  const cables = cablesOfTwo();
  const backMs = 1_000 + awaitedMs / 2;

  cables.note(cable('begins', 'agent-1'), 1_000);
  cables.note(cable('begins', 'agent-1'), 1_001);
  cables.note(cable('ends', 'agent-1'), backMs);
  cables.note(cable('ends', 'agent-1'), 1_000 + 2 * awaitedMs);

  expect(cables.speakAgainst('agent-1', 1_000 + 2 * awaitedMs)).toBe(false);
});
