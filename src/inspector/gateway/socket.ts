import type { WebSocket } from 'ws';
import { z } from 'zod';
import {
  ActorKindName,
  Batch,
  type FromPage,
  type ToPage,
} from '../../../machines/protocol/inspection.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Feed, Viewer } from './feed.ts';
import { type Definitions, StatelyTranslator } from './stately.ts';

/**
 * A reader for whom more than this waits is let go; the page comes again, and is told all anew. What there is to tell
 * at first does not count: it waits all at once, however fast who reads it is.
 */
export const waitingBytesMax = 64 * 1024 * 1024;
/** Of what a reader sends. */
export const receivedBytesMax = 64 * 1024;

/** WebSocket's own number for "try again later". */
const tryAgain = 1013;

const Send: z.ZodType<FromPage> = z.object({
  type: z.literal('send'),
  number: z.number(),
  node: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  kind: ActorKindName,
  id: z.string().max(255),
  event: z.looseObject({ type: z.string().min(1).max(256) }),
});

/** Serves the page: its messages are {@link ToPage} and {@link FromPage}. */
export function servePage(socket: WebSocket, feed: Feed, who: string, log: Log): void {
  const reader = new Reader(socket, log);
  const send = (message: ToPage) => reader.tell(JSON.stringify(message));
  const viewer: Viewer = {
    batch: (_, text) => reader.tell(`{"type":"batch","batch":${text}}`),
    caughtUp: () => {
      send({ type: 'caught up' });
      reader.caughtUp();
    },
    status: (connected) => send({ type: 'status', connected }),
  };
  send({ type: 'hello', sends: feed.sends, recording: feed.recording });
  attach(socket, feed, viewer, log);
  socket.on('message', (data) => {
    const read = readSend(String(data as Buffer));
    if (read === null) return log.warn({ who }, 'a page sent what is no event by hand');
    const { number, node, kind, id, event } = read;
    feed
      .send({ node, kind, id, event }, who)
      .then((refused) => send({ type: 'sent', number, refused }))
      .catch((error: unknown) => send({ type: 'sent', number, refused: String(error) }));
  });
}

/** Serves a tool that speaks the Stately Inspector's protocol; what it sends is left aside. */
export function serveStately(
  socket: WebSocket,
  feed: Feed,
  definitions: Definitions,
  log: Log,
): void {
  const translator = new StatelyTranslator(definitions);
  const reader = new Reader(socket, log);
  attach(
    socket,
    feed,
    {
      batch: (batch, text) => {
        const told = batch ?? Batch.parse(JSON.parse(text));
        for (const message of translator.translate(told)) reader.tell(message);
      },
      caughtUp: () => reader.caughtUp(),
      status: () => undefined,
    },
    log,
  );
}

function attach(socket: WebSocket, feed: Feed, viewer: Viewer, log: Log): void {
  const detach = feed.attach(viewer);
  socket.on('close', detach);
  socket.on('error', (error) => log.info({ err: error }, 'a connection of the inspector broke'));
}

/** Whoever is at the other end of a socket, and how much may wait for it. */
class Reader {
  readonly #socket: WebSocket;
  readonly #log: Log;
  #waitingMax = Number.POSITIVE_INFINITY;

  constructor(socket: WebSocket, log: Log) {
    this.#socket = socket;
    this.#log = log;
  }

  caughtUp(): void {
    this.#waitingMax = this.#socket.bufferedAmount + waitingBytesMax;
  }

  tell(text: string): void {
    const { readyState, bufferedAmount: bytes, OPEN } = this.#socket;
    if (readyState !== OPEN) return;
    if (bytes > this.#waitingMax) {
      this.#log.warn({ bytes }, 'a reader of the inspector is too slow, and let go');
      this.#socket.close(tryAgain, 'too slow: come again');
      return;
    }
    this.#socket.send(text);
  }
}

function readSend(text: string): FromPage | null {
  try {
    return Send.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // It is no JSON.
  }
}
