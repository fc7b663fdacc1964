import { Flaps } from '../evidence/flaps.ts';
import { bindingOf, livenessOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/** How long the news of an agent may take to reach whoever names one, while all is well. */
const newsMs = 1_000;

/**
 * An agent that dies and comes back again and again is given a load balancer that it did not have, or stands by
 * for one, only where nobody else could; and once it has been quiet, it is trusted like any other.
 */
export const flappingAgentsComeLast: CheckerKind = {
  name: 'flapping-agents-come-last',
  excuses: true,
  start({ world, disturbances, violate, judges }) {
    const { timings } = world.options;
    const flaps = new Flaps(timings);
    const holders = new Map<string, string>();
    const named = new Map<string, number>();

    const isFlapping = (agent: string, atMs: number): boolean => {
      const untilMs = flaps.until(agent);
      return untilMs !== null && atMs < untilMs - newsMs;
    };
    const isTrusted = (agent: string, atMs: number): boolean => {
      const sinceMs = flaps.aliveSince(agent);
      return sinceMs !== null && atMs - sinceMs > newsMs && flaps.until(agent) === null;
    };
    /** Who else could have been named. */
    const better = (
      { driver, reschedulable }: { readonly driver: string; readonly reschedulable: boolean },
      home: string | null,
      seats: readonly string[],
      atMs: number,
    ): string | null =>
      world.agentIds().find((agent) => {
        if (seats.includes(agent) || !isTrusted(agent, atMs)) return false;
        const isTied = !reschedulable && home !== null;
        if (isTied && world.hostOf(agent) !== world.hostOf(home)) return false;
        return world.agentHost(agent).drivers.includes(driver);
      }) ?? null;

    const noted = (id: string, value: string, atMs: number): void => {
      const { context } = bindingOf(value);
      const { binding, standby } = context;
      const newest = named.get(id) ?? 0;
      const home = holders.get(id) ?? null;
      if (binding !== null) holders.set(id, binding.agent);
      for (const seat of [binding, standby]) {
        if (seat === null || seat.epoch <= newest) continue;
        named.set(id, Math.max(seat.epoch, named.get(id) ?? 0));
        if (seat.agent === home || !world.agentIds().some((each) => isFlapping(each, atMs)))
          continue;
        const troubleMs = 2 * newsMs + timings.retryMaxMs;
        if (!judges(disturbances.ofControlPlane(atMs - troubleMs))) continue;
        if (!isFlapping(seat.agent, atMs)) continue;
        // Whoever takes the binding from somebody is not asked to stand by for it as well.
        const taken = [
          seat.agent,
          ...(seat === standby && binding !== null ? [binding.agent] : []),
        ];
        const left = home !== null && flaps.aliveSince(home) !== null ? [home] : [];
        const other = better(context, home, [...taken, ...left], atMs);
        if (other === null) continue;
        const role = seat === binding ? 'holder' : 'standby';
        violate(
          `its ${role} is ${seat.agent}, which dies again and again, and ${other} could be`,
          id,
        );
      }
    };

    return {
      onEvent(event, atMs) {
        flaps.observer(event, atMs);
        if (event.type !== 'stored' || event.change.type !== 'put') return;
        const { bucket, change } = event;
        if (bucket === 'binding') noted(change.key, change.value, atMs);
      },
      atEnd() {
        const { nowMs } = world.time;
        for (const { key, value } of world.stores.liveness.snapshot()) {
          const untilMs = flaps.until(key) ?? 0;
          const { value: state, context } = livenessOf(value);
          if (state !== 'alive' || context.flapping === null) continue;
          // A judge that comes late counts the whole time anew.
          if (nowMs < untilMs + timings.flapQuietMs + newsMs) continue;
          violate(`${key} has been quiet since ${Math.round(untilMs)} ms, and is not trusted`);
        }
      },
    };
  },
};
