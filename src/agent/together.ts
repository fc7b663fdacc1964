import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { CommandReply } from '../../machines/protocol/agent-messages.ts';
import type { BatchedReply } from '../../machines/protocol/command-batch.ts';

/** What takes longer than this is answered for by itself: the others of its message don't wait for it. */
export const togetherMs = 100;

export interface TogetherOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** Resolves to what the replies are by then, when the last one is there or the time is up. */
export function repliesInTime(
  replies: readonly (Promise<CommandReply> | CommandReply)[],
  { clock, log }: TogetherOptions,
): Promise<BatchedReply[]> {
  return new Promise((resolve) => {
    const known = replies.map((reply): BatchedReply => {
      return reply instanceof Promise ? { type: 'underway' } : reply;
    });
    let awaited = 0;
    const timer = clock.setTimer(togetherMs, () => resolve([...known]));
    const arrived = (): void => {
      awaited -= 1;
      if (awaited > 0) return;
      clock.clearTimer(timer);
      resolve(known);
    };
    for (const [index, reply] of replies.entries()) {
      if (!(reply instanceof Promise)) continue;
      awaited += 1;
      reply
        .then((late) => void (known[index] = late))
        // Whoever commands it once more is not answered, either.
        .catch((error: unknown) => log.error({ err: error }, 'a command could not be handled'))
        .finally(arrived);
    }
    if (awaited > 0) return;
    clock.clearTimer(timer);
    resolve(known);
  });
}
