import { Fault } from '../../machines/model/fault.ts';
import type { ApiContext, ApiOptions } from './context.ts';
import type { TransitionEvent } from './services.ts';

/** Live events that wait for one slow reader; more, and it is let go. */
export const queuedEventsMax = 1000;
/** Readers at once. */
export const subscribersMax = 64;
/** A comment in quiet times, so that proxies keep the stream and dead readers are noticed. */
export const keepAliveMs = 15_000;

const encoder = new TextEncoder();

/** Server-Sent Events of what the actors do, each with its sequence as its id. */
export function createEventStreams(
  options: ApiOptions,
  render: (event: TransitionEvent) => object,
): { open(c: ApiContext): Response } {
  let subscribers = 0;

  const frame = (event: TransitionEvent) =>
    `id: ${event.sequence}\nevent: transition\ndata: ${JSON.stringify(render(event))}\n\n`;

  function open(c: ApiContext): Response {
    const since = sinceOf(c);
    const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };
    // Nobody reads what follows, and nobody would let go of it.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    if (subscribers >= subscribersMax) {
      throw new Fault(503, `There are ${subscribersMax} readers of events already.`, 5);
    }
    subscribers += 1;
    const stream = streamOf(options, frame, since, () => {
      subscribers -= 1;
    });
    return c.body(stream, 200, headers);
  }

  return { open };
}

/** From the query, or from the header with which browsers take up a broken stream. */
function sinceOf(c: ApiContext): number {
  const value = c.req.header('Last-Event-ID') ?? c.req.query('since') ?? '0';
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new Fault(400, `since must be the sequence of an event, such as 42, not '${value}'.`);
}

/** One reader's stream: pulled as fast as it reads, with a bounded queue in front of it. */
function streamOf(
  { services, clock }: ApiOptions,
  frame: (event: TransitionEvent) => string,
  since: number,
  ended: () => void,
): ReadableStream<Uint8Array> {
  const queue = services.feed.since(since).map(frame);
  // What is in memory already is bounded by the feed, and does not count as slowness.
  const queueMax = queue.length + queuedEventsMax;
  let dropped = false;
  let wake: (() => void) | null = null;

  const push = (text: string) => {
    if (dropped) return;
    if (queue.length >= queueMax) {
      dropped = true;
      queue.length = 0;
      queue.push(
        ': dropped, because you read too slowly; ask again since the last id you have\n\n',
      );
      stop();
    } else {
      queue.push(text);
    }
    wake?.();
  };
  const unsubscribe = services.feed.subscribe((event) => push(frame(event)));
  let timer = clock.setTimer(keepAliveMs, keepAlive);
  function keepAlive() {
    timer = clock.setTimer(keepAliveMs, keepAlive);
    if (queue.length === 0) push(': still here\n\n');
  }
  let stopped = false;
  function stop() {
    if (stopped) return;
    stopped = true;
    unsubscribe();
    clock.clearTimer(timer);
    ended();
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      controller.enqueue(encoder.encode(queue.shift()));
      if (dropped && queue.length === 0) controller.close();
    },
    cancel() {
      stop();
    },
  });
}
