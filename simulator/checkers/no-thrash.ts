import type { Seat } from '../../machines/protocol/seat.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { Cables } from '../evidence/cables.ts';
import type { Disturbance } from '../evidence/disturbances.ts';
import { Evidence } from '../evidence/evidence.ts';
import { isQueuedWork } from '../evidence/queued-work.ts';
import { livenessOf, seatsOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/**
 * Nothing moves without need. A load balancer is given to another holder only on evidence against the
 * one that it has, so that one failure moves it once; or where there is work to do and whoever is free does it. And an agent is declared dead only if something
 * was wrong with it for longer than makes one suspect: not while its judges were deaf, slow or dead,
 * and not for a hiccup.
 */
export const noThrash: CheckerKind = {
  name: 'no-thrash',
  start({ world, disturbances, violate }) {
    const evidence = new Evidence(world);
    const cables = new Cables({ world, disturbances });
    const holders = new Map<string, Seat>();
    const { timings } = world.options;

    const moved = (id: string, binding: Seat | null, atMs: number): string | null => {
      const before = holders.get(id);
      if (binding !== null) holders.set(id, binding);
      if (before === undefined || binding === null || binding.epoch === before.epoch) return null;
      if (evidence.against(before) || evidence.above(id, before.epoch)) return null;
      if (evidence.drained(before.agent, atMs)) return null;
      if (evidence.moved(id, binding.agent, atMs)) return null;
      if (cables.speakAgainst(before.agent, atMs)) return null;
      return `it was taken from ${before.agent} (epoch ${before.epoch}) and given to ${binding.agent} (epoch ${binding.epoch}), and nothing spoke against ${before.agent}`;
    };

    const declaredDead = (id: string, incarnation: number, atMs: number): string | null => {
      const agent = world.agent(id);
      if (agent === null || agent.incarnation !== incarnation) return null;
      const causes = disturbances.ofAgent(id, atMs - memoryMs(timings));
      if (causes.length > 1 || causes.some((cause) => !isHiccup(cause, timings))) return null;
      return `${id} (${incarnation}) was declared dead, and ${causesInWords(causes, timings)}`;
    };

    return {
      onEvent(event, atMs) {
        cables.note(event, atMs);
        if (event.type === 'lost' && event.bucket === 'binding') {
          holders.delete(event.key);
          if (event.now?.type === 'put') moved(event.key, seatsOf(event.now.value).binding, atMs);
        } else if (event.type === 'stored' && event.change.type === 'put') {
          const { bucket, change } = event;
          const { key, value } = change;
          if (bucket === 'binding') {
            const problem = moved(key, seatsOf(value).binding, atMs);
            if (problem !== null && !isQueuedWork(value)) violate(problem, key);
          } else if (bucket === 'liveness') {
            const { value: state, context } = livenessOf(value);
            const problem = state === 'dead' ? declaredDead(key, context.incarnation, atMs) : null;
            if (problem !== null) violate(problem);
          }
        }
        evidence.observer(event, atMs);
      },
    };
  },
};

/** For how long an agent may suffer from what befell it: it has to find a judge and register again. */
const memoryMs = (timings: Timings): number => 4 * (timings.deadAfterMs + timings.lapseMs);

/**
 * Silence that is too short to make its agent suspect; where it is cut off, too short for it to leave its server, whose word of the
 * closed connection is taken for the agent's end where it can't be back at once.
 */
function isHiccup({ kind, fromMs, untilMs }: Disturbance, timings: Timings): boolean {
  const forMs = untilMs - fromMs;
  if (kind === 'agent-cut') return forMs < unansweredMs(timings);
  return kind === 'agent-pause' && forMs < timings.suspectAfterMs;
}

/** A client that gets no answer has its server prove itself for as long again, and leaves it. */
const unansweredMs = ({ ackTimeoutMs, suspectAfterMs }: Timings): number =>
  Math.min(2 * ackTimeoutMs, suspectAfterMs);

function causesInWords(causes: readonly Disturbance[], timings: Timings): string {
  const [cause] = causes;
  if (cause === undefined) return 'nothing was wrong with it';
  const forMs = Math.round(cause.untilMs - cause.fromMs);
  const needsMs = cause.kind === 'agent-cut' ? unansweredMs(timings) : timings.suspectAfterMs;
  return `it was silent for ${forMs} ms, less than the ${needsMs} ms that make it suspect`;
}
