import type { CheckerKind } from './checker.ts';
import { differences } from './device-equals-desired.ts';

/** Longer than two surveys of an agent and what it then writes. */
const limitMs = 8_000;

/** Kinds after which devices hold something else than is wanted: once they begin, or once they end. */
const phases = new Map([
  ['device-drift', 'begins'],
  ['device-reboot', 'ends'],
]);

/**
 * Where nobody edits and nothing else is wrong: soon after a person changed a device, or it came up
 * with less than it held, it holds what is wanted.
 */
export const devicesRecoverInTime: CheckerKind = {
  name: 'devices-recover-in-time',
  start({ world, core, violate }) {
    let dueMs = Number.POSITIVE_INFINITY;
    return {
      onEvent(event, atMs) {
        if (event.type === 'fault') {
          if (phases.has(event.kind)) dueMs = Number.POSITIVE_INFINITY;
          if (phases.get(event.kind) === event.phase) dueMs = atMs + limitMs;
        }
        if (atMs < dueMs) return;
        dueMs = Number.POSITIVE_INFINITY;
        for (const { problem, id } of differences(world, core())) {
          violate(`${limitMs} ms after the trouble, ${problem}`, id);
        }
      },
    };
  },
};
