import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

/** A client that takes longer to send its headers, or its whole request, is not served. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const connectionsMax = 2048;

/** Takes a request for another protocol; false where it is not its own. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/**
 * Serves the API until `close`; `port` 0 takes a free one. Rejects if the address can't be had.
 * An upgrade that nobody takes is refused.
 */
export async function serveApi(
  app: { readonly fetch: (request: Request) => Response | Promise<Response> },
  { host, port }: { host: string; port: number },
  upgrade: Upgrade = () => false,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
  }) as Server;
  server.maxConnections = connectionsMax;
  const endless = new Set<ServerResponse>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/holdfast/v1/events')) return;
    endless.add(response);
    response.once('close', () => endless.delete(response));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (upgrade(request, socket, head)) return;
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(port, host);
  await once(server, 'listening');

  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    // Requests in flight are answered first; event streams have no end of their own.
    for (const response of endless) response.destroy();
    await closed;
  }

  return { port: (server.address() as AddressInfo).port, close };
}
