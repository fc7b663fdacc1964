import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Api } from './app.ts';

/** A client that takes longer to send its headers, or its whole request, is not served. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const connectionsMax = 2048;

/** Serves the API until `close`; `port` 0 takes a free one. Rejects if the address can't be had. */
export async function serveApi(
  app: Api,
  { host, port }: { host: string; port: number },
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
