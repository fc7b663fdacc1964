import type { MessageFrame } from '../../../machines/protocol/inspection.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import { type Bus, NoResponders, RequestTimeout } from '../../ports/bus.ts';
import type { Noting } from './noting.ts';

/** The same bus, of whose messages the tap is told while somebody watches. */
export function tappedBus(bus: Bus, noting: Noting, clock: Clock): Bus {
  return {
    publish(subject, data) {
      bus.publish(subject, data);
      if (!noting.isWatched) return;
      const atMs = clock.wallMs();
      noting.sent({ subject, request: data, reply: null, outcome: 'sent', tookMs: null, atMs });
    },
    request(subject, data, timeoutMs) {
      const answer = bus.request(subject, data, timeoutMs);
      if (noting.isWatched) follow(answer, subject, data, noting, clock);
      return answer;
    },
    subscribe: (subject, handle, options) => bus.subscribe(subject, handle, options),
    status: () => bus.status(),
    onStatus: (listen) => bus.onStatus(listen),
    onServerLost: (listen) => bus.onServerLost(listen),
    ping: (timeoutMs) => bus.ping(timeoutMs),
    close: () => bus.close(),
  };
}

function follow(
  answer: Promise<string>,
  subject: string,
  request: string,
  noting: Noting,
  clock: Clock,
): void {
  const atMs = clock.wallMs();
  const from = clock.monotonicMs();
  const note = (outcome: MessageFrame['outcome'], reply: string | null): void => {
    const tookMs = reply === null ? null : clock.monotonicMs() - from;
    if (noting.isWatched) noting.sent({ subject, request, reply, outcome, tookMs, atMs });
  };
  // The one who asked handles what it rejects with.
  answer.then(
    (reply) => note('answered', reply),
    (error: unknown) => note(outcomeOf(error), null),
  );
}

function outcomeOf(error: unknown): MessageFrame['outcome'] {
  if (error instanceof NoResponders) return 'no responders';
  return error instanceof RequestTimeout ? 'timeout' : 'unavailable';
}
