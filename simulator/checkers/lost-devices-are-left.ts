import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { presets } from '../../machines/timings/timings.ts';
import { probesUntilLost } from '../../src/agent/reach.ts';
import { looksAwaited } from '../../src/controller/fleet/cut-offs.ts';
import { bindingOf } from '../evidence/records.ts';
import { agentLosesDevice } from '../faults/agent-loses-device.ts';
import type { CheckerKind } from './checker.ts';

/** What registering, naming somebody and applying take beside the looks. */
const movingMs = 1_000;

/**
 * Where one agent has lost the appliance, and others reach it all the while: soon all that it held there
 * is held by others.
 */
export const lostDevicesAreLeft: CheckerKind = {
  name: 'lost-devices-are-left',
  start({ world, violate }) {
    const limitMs = (probesUntilLost + 1 + looksAwaited) * presets.lan.reachMs + movingMs;
    const lost = new Set<string>();
    let dueMs = Number.POSITIVE_INFINITY;

    const look = (): void => {
      const [agent = ''] = lost;
      for (const { key, value } of world.stores.binding.snapshot()) {
        const { driver, binding, status } = bindingOf(value).context;
        if (driver !== memoryDescriptor.name || status !== 'live') continue;
        if (binding?.agent === agent) {
          violate(`${agent} lost its device ${limitMs} ms ago, and holds it still`, key);
        }
      }
    };

    return {
      onEvent(event, atMs) {
        if (atMs >= dueMs) {
          dueMs = Number.POSITIVE_INFINITY;
          look();
        }
        if (event.type !== 'fault' || event.kind !== agentLosesDevice.name) return;
        if (event.phase === 'begins') lost.add(event.target);
        else lost.delete(event.target);
        // Of two that have lost it, each may be the only one that is left.
        dueMs = lost.size === 1 ? atMs + limitMs : Number.POSITIVE_INFINITY;
      },
    };
  },
};
