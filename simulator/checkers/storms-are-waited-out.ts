import { goAtOnceMost } from '../evidence/storms.ts';
import type { CheckerKind } from './checker.ts';

/**
 * Where a large part of the fleet goes at the moment of the first fault, nobody is declared dead before judges have
 * heard the rest well for as long as they have to.
 */
export const stormsAreWaitedOut: CheckerKind = {
  name: 'storms-are-waited-out',
  start({ world, violate }) {
    // How well was heard is known as of the last look.
    const { stormBrakeMs, heartbeatMs: lookMs } = world.options.timings;
    const hosts = world.inventory.hosts.length;
    const most = goAtOnceMost(hosts);
    const gone = new Set<string>();
    let beganMs: number | null = null;
    return {
      onEvent(event, atMs) {
        if (
          event.type === 'fault' &&
          event.phase === 'begins' &&
          world.agentHosts.has(event.target)
        ) {
          gone.add(world.hostOf(event.target));
          beganMs ??= atMs;
        }
        if (event.type !== 'transition' || beganMs === null) return;
        const { kind, id, to } = event.transition;
        if (kind !== 'agent' || to !== 'dead' || gone.size <= most) return;
        const sinceMs = Math.round(atMs - beganMs);
        if (sinceMs < stormBrakeMs - lookMs) {
          violate(
            `${id} was declared dead ${sinceMs} ms after ${gone.size} of ${hosts} hosts had gone at once`,
          );
        }
      },
    };
  },
};
