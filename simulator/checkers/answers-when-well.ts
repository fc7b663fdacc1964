import type { Exchange } from '../world/events.ts';
import type { CheckerKind } from './checker.ts';

/** How long after the end of trouble the controllers may still be sorting out who owns what. */
const recoveryMs = 10_000;

/**
 * While controllers, stores and network are well, whatever befalls agents and devices, each request of a client is answered
 * for certain, and in time. Elsewhere a 503 and an unconfirmed answer are excused, because nobody can do better; a
 * controller that never does better again would look like one that is always in trouble.
 */
export const answersWhenWell: CheckerKind = {
  name: 'answers-when-well',
  excuses: true,
  start({ world, ledger, disturbances, judges, violate }) {
    // The reads have to be current first, and then its owner is asked.
    const limitMs = 2 * world.options.timings.apiAttemptMs;
    return {
      onEvent(event, atMs) {
        if (event.type !== 'wire') return;
        const { client, controller, request, askedMs, heldUpMs } = event;
        const entry = ledger.ofClient(client);
        // Operators ask for what agents have to answer.
        if (entry === null) return;
        if (!judges(disturbances.ofControlPlane(askedMs - recoveryMs))) return;
        const problem = whyNotAnswered(event, atMs - askedMs - heldUpMs, limitMs);
        if (problem === null) return;
        const what = `${request.method} ${request.path}`;
        violate(`${controller} ${problem}: ${what}, and nothing is wrong with it`, entry.id ?? '');
      },
    };
  },
};

function whyNotAnswered(
  { answer, request }: Exchange,
  tookMs: number,
  limitMs: number,
): string | null {
  if (answer === null) return `gave no answer within ${Math.round(tookMs)} ms`;
  if (answer.status === 503) return `answered by 503 ${answer.text}`;
  if (request.method === 'GET' && !answer.confirmed) return 'could not confirm its answer';
  return tookMs > limitMs ? `answered only after ${Math.round(tookMs)} ms` : null;
}
