import { bindingOf } from '../evidence/records.ts';
import { Room } from '../evidence/room.ts';
import { virtualDescriptor } from '../world/places.ts';
import type { CheckerKind } from './checker.ts';

/** How long a seat may take to be given once somebody could take it, and nothing else is wrong. */
const limitMs = 1_000;

interface Waiting {
  readonly sinceMs: number;
  readonly state: string;
  readonly driver: string;
  /** Where it has to stay. */
  readonly host: string | null;
  readonly reason: string | null;
}

/**
 * Where nothing is wrong but that agents, or places at them, are missing: what waits says why, and truly so, and is bound
 * as soon as an agent that can take it is there.
 */
export const waitsNoLongerThanNeeded: CheckerKind = {
  name: 'waits-no-longer-than-needed',
  start({ world, violate }) {
    const waiting = new Map<string, Waiting>();
    const aliveSince = new Map<string, number>();
    const room = new Room(world.capacity);
    /** Since when each agent has been heard of. */
    const known = new Map<string, number>();

    const whoCould = ({ driver, host }: Waiting, atMs: number): string | null => {
      for (const [agent, sinceMs] of aliveSince) {
        const movable = virtualDescriptor(driver)?.reschedulable === true || host === null;
        const couldMs = Math.max(sinceMs, room.sinceMs(agent));
        if (atMs - couldMs > limitMs && (movable || world.hostOf(agent) === host)) return agent;
      }
      return null;
    };

    const problemOf = (each: Waiting, atMs: number): string | null => {
      if (atMs - each.sinceMs <= limitMs) return null;
      const agent = whoCould(each, atMs);
      if (agent !== null) return `it is still ${each.state}, although ${agent} could take it`;
      const reason = each.reason ?? '';
      const news = [...known].filter(([, sinceMs]) => atMs - sinceMs > limitMs);
      const isTrue =
        [...known].some(([id]) => reason.includes(id)) ||
        (news.length === 0 && reason.includes('no agent has registered'));
      return isTrue ? null : untrue(each);
    };

    return {
      onEvent(event, atMs) {
        if (event.type === 'transition' && event.transition.kind === 'agent') {
          const { id, to } = event.transition;
          if (!known.has(id)) known.set(id, atMs);
          if (to !== 'alive') aliveSince.delete(id);
          else if (!aliveSince.has(id)) aliveSince.set(id, atMs);
        } else if (event.type === 'stored' && event.bucket === 'binding') {
          const { change } = event;
          const { key } = change;
          if (change.type === 'removed') {
            waiting.delete(key);
            room.note(key, null, atMs);
          } else {
            const { value, context } = bindingOf(change.value);
            const { binding, driver, host, reason } = context;
            room.note(key, binding?.agent ?? null, atMs);
            const state = String(value);
            const sinceMs = waiting.get(key)?.sinceMs ?? atMs;
            if (state === 'pending' || state === 'orphaned') {
              waiting.set(key, { sinceMs, state, driver, host, reason });
            } else waiting.delete(key);
          }
        }
        for (const [id, each] of waiting) {
          const problem = problemOf(each, atMs);
          if (problem !== null) violate(problem, id);
        }
      },
    };
  },
};

const untrue = ({ state, reason }: Waiting): string =>
  `it is ${state}, and the reason that it gives is not the true one: ${reason ?? 'none'}`;
