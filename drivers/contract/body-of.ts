import type { IncomingMessage } from 'node:http';

/** What a device holds for many thousands of load balancers is less than half of that. */
export const bodyCharactersMax = 128 * 1024 * 1024;

/**
 * The body of a message, to its end; rejects where that does not come, or not within `charactersMax`: whatever
 * answers in a device's place is not to take all the memory. It does what `text` of
 * node:stream/consumers does, whose iterator takes longer than all the rest of a small message.
 */
export function bodyOf(
  message: IncomingMessage,
  charactersMax = bodyCharactersMax,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    message.setEncoding('utf8');
    message.on('data', (part: string) => {
      if (body.length + part.length <= charactersMax) {
        body += part;
        return;
      }
      reject(new Error(`it is longer than ${charactersMax} characters`));
      message.destroy();
    });
    message.once('end', () => resolve(body));
    // Stays for good: it may fail once more after it was given up.
    message.on('error', reject);
    message.once('close', () => {
      if (!message.readableEnded) reject(new Error('it broke off before its end'));
    });
  });
}
