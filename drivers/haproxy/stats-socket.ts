import { closeSync, openSync } from 'node:fs';
import { createConnection } from 'node:net';
import type { Clock } from '../../machines/ports/clock.ts';

/** An answer about some ten thousand servers stays below. */
const answerBytesMax = 16 * 1024 * 1024;

/** HAProxy runs in its directory and calls its socket this, since a socket's path must be short. */
export const socketName = 'sock';

/**
 * Asks the HAProxy that serves in this directory one thing; null where it does not answer whole within the deadline. A
 * stopped process accepts connections and stays silent, so only an answer is a sign of life.
 */
export function ask(
  directory: string,
  command: 'show info' | 'show stat',
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let finished = false;
    // The directory's path may be longer than a socket's address can hold; this never is.
    const handle = openSync(directory, 'r');
    const socket = createConnection(`/proc/self/fd/${handle}/${socketName}`);
    const finish = (answer: string | null) => {
      if (finished) return;
      finished = true;
      clock.clearTimer(timer);
      socket.destroy();
      closeSync(handle);
      resolve(answer);
    };
    const timer = clock.setTimer(timeoutMs, () => finish(null));
    socket.once('connect', () => socket.write(`${command}\n`));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes > answerBytesMax) finish(null);
    });
    socket.once('end', () => finish(Buffer.concat(chunks).toString('utf8')));
    // No listener at the socket, or one that died just now: no answer either way.
    socket.on('error', () => finish(null));
  });
}
