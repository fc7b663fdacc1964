import { fullestMost } from '../../machines/placement/rebalance.ts';
import { lookMs } from '../../src/controller/placement/rebalancer.ts';
import { stateName } from '../../src/host/actor-kind.ts';
import { FullSince } from '../evidence/full-since.ts';
import { orderedMove } from '../evidence/ordered-move.ts';
import { bindingOf, livenessOf } from '../evidence/records.ts';
import { moveIn } from '../workload/operator.ts';
import { virtualDescriptor } from '../world/places.ts';
import { movesInFlight } from '../world/virtual-controller.ts';
import type { CheckerKind } from './checker.ts';

/** How long the news of an agent, or of what it holds, may take to reach whoever moves something. */
const newsMs = 1_000;

interface UnderWay {
  readonly from: string;
  readonly to: string;
}

/**
 * Load balancers move for the sake of even loads only where an agent holds too many, has done so for a while, and
 * nothing else is the matter; a few at a time, to agents that hold less, and never twice. In the end nobody holds
 * too many of what could move.
 */
export const rebalancesByNeed: CheckerKind = {
  name: 'rebalances-by-need',
  excuses: true,
  start({ world, disturbances, core, violate, judges }) {
    const { timings } = world.options;
    const holders = new Map<string, { agent: string; driver: string }>();
    const states = new Map<string, { state: string; sinceMs: number }>();
    const underWay = new Map<string, UnderWay>();
    /** What was moved since an agent came or went. */
    const moved = new Set<string>();
    const byOperators = new Set<string>();
    const fullSince = new FullSince({ lookMs });

    // A suspicion may be over before anybody looks.
    const alive = (): readonly string[] =>
      [...states].flatMap(([agent, { state }]) =>
        state === 'alive' || state === 'suspect' ? [agent] : [],
      );
    const load = (agent: string): number =>
      [...holders.values()].filter((one) => one.agent === agent).length;
    const most = (): number => fullestMost(holders.size, alive().length);

    const noteLoads = (atMs: number): void => {
      const living = alive();
      for (const agent of states.keys()) {
        fullSince.note(agent, living.includes(agent) && load(agent) > most(), atMs);
      }
    };

    const whyNot = (from: string, to: string, atMs: number): string | null => {
      if (underWay.size >= movesInFlight) return `${underWay.size} moves are under way already`;
      if (load(from) - load(to) < 2) return `${from} holds ${load(from)}, and ${to} ${load(to)}`;
      const neededMs = timings.rebalanceAfterMs - 2 * lookMs;
      const sinceMs = fullSince.of(from);
      if (sinceMs === null) return `${from} does not hold too many`;
      if (atMs - sinceMs < neededMs) {
        return `${from} has held too many for ${Math.round(atMs - sinceMs)} ms only`;
      }
      for (const [agent, { state, sinceMs }] of states) {
        if (state === 'suspect' && atMs - sinceMs > newsMs) return `${agent} is suspect`;
      }
      return null;
    };

    const ordered = (id: string, to: string, atMs: number): void => {
      const from = holders.get(id)?.agent;
      // Asked again, or there already.
      if (from === undefined || from === to || underWay.get(id)?.to === to) return;
      if (!byOperators.has(id)) {
        const problem = whyNot(from, to, atMs);
        const again = moved.has(id)
          ? 'it has been moved before, and nobody has come or gone'
          : null;
        const isDisturbed = disturbances.ofControlPlane(atMs - timings.rebalanceAfterMs - newsMs);
        if (judges(isDisturbed) && (problem ?? again) !== null) {
          violate(`it is moved from ${from} to ${to}, and ${problem ?? again}`, id);
        }
        moved.add(id);
      }
      underWay.set(id, { from, to });
    };

    const bound = (id: string, value: string, atMs: number): void => {
      const { value: state, context } = bindingOf(value);
      const { binding, driver } = context;
      if (binding === null) return;
      holders.set(id, { agent: binding.agent, driver });
      const isThere = binding.agent !== underWay.get(id)?.from;
      if (isThere && stateName(state).startsWith('bound')) underWay.delete(id);
      noteLoads(atMs);
    };

    return {
      onEvent(event, atMs) {
        if (event.type === 'asked') {
          const move = moveIn(event.request);
          if (move !== null) byOperators.add(move.loadBalancer);
        } else if (event.type === 'sent') {
          const order = orderedMove(event);
          if (order !== null) ordered(order.loadBalancer, order.agent, atMs);
        } else if (event.type === 'stored') {
          const { bucket, change } = event;
          if (bucket === 'binding' && change.type === 'put') bound(change.key, change.value, atMs);
          else if (bucket === 'binding') {
            holders.delete(change.key);
            underWay.delete(change.key);
            noteLoads(atMs);
          } else if (bucket === 'liveness' && change.type === 'put') {
            const { value: state } = livenessOf(change.value);
            if (states.get(change.key)?.state === state) return;
            states.set(change.key, { state, sinceMs: atMs });
            if (state === 'alive' || state === 'dead') moved.clear();
            noteLoads(atMs);
          }
        }
      },
      atEnd() {
        const agents = core();
        const limit = fullestMost(holders.size, agents.length);
        for (const agent of agents) {
          const own = [...holders.values()].filter((one) => one.agent === agent);
          const free = own.filter(({ driver }) => virtualDescriptor(driver)?.fence === 'device');
          if (own.length > limit && free.length > 0) {
            violate(
              `${agent} holds ${own.length} of ${holders.size} in the end, and ${limit} may be`,
            );
          }
        }
      },
    };
  },
};
