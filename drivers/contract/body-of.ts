import type { IncomingMessage } from 'node:http';

/**
 * The body of a message, to its end; rejects where that does not come. It does what `text` of
 * node:stream/consumers does, whose iterator takes longer than all the rest of a small message.
 */
export function bodyOf(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    message.setEncoding('utf8');
    message.on('data', (part: string) => {
      body += part;
    });
    message.once('end', () => resolve(body));
    // Stays for good: it may fail once more after it was given up.
    message.on('error', reject);
    message.once('close', () => {
      if (!message.readableEnded) reject(new Error('it broke off before its end'));
    });
  });
}
