import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What a device answered to a call that was passed on to it. */
export interface Passed {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
}

/** Makes somebody's call at the admin API of a device on this machine. */
export async function passOn(
  target: number,
  incoming: IncomingMessage,
  sent: Buffer,
): Promise<Passed> {
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: target,
    method: incoming.method,
    path: incoming.url,
    // Caddy serves only those who call it by its own name.
    headers: {
      ...incoming.headers,
      host: `127.0.0.1:${target}`,
      ...(sent.length === 0 ? {} : { 'content-length': sent.length }),
    },
    agent: false,
  });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
  const received = await buffer(answer);
  const own = ['content-length', 'connection', 'transfer-encoding'];
  const headers = Object.entries(answer.headers).filter(([name]) => !own.includes(name));
  return {
    status: answer.statusCode ?? 0,
    headers: { ...Object.fromEntries(headers), trailer: 'ETag' },
    trailers: answer.trailers,
    body: received,
  };
}

export function answer(
  response: ServerResponse,
  { status, headers, trailers, body }: Passed,
): void {
  response.writeHead(status, headers);
  response.addTrailers(trailers);
  response.end(body);
}
