import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Clock } from '../../machines/ports/clock.ts';

/** A client that takes longer to send its headers, or its whole request, is not served. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const connectionsMax = 2048;

/** For so long requests that are being answered keep a server that closes; the API answers any within less. */
export const closingMs = 15_000;

/** Takes a request for another protocol; false where it is not its own. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
}

/**
 * Serves the API until `close`. Rejects if the address can't be had. Without `upgrade`, an offer of another protocol
 * is ignored, as HTTP has it; with it, what it does not take is refused.
 */
export async function serveApi(
  app: { readonly fetch: (request: Request) => Response | Promise<Response> },
  { host, port, clock }: ServeOptions,
  upgrade?: Upgrade,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
  }) as Server;
  server.maxConnections = connectionsMax;
  const connections = new Connections(server);
  if (upgrade !== undefined) takeUpgrades(server, upgrade);
  server.listen(port, host);
  await once(server, 'listening');

  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    connections.finish();
    const patience = clock.setTimer(closingMs, () => server.closeAllConnections());
    await closed;
    clock.clearTimer(patience);
  }

  return { port: (server.address() as AddressInfo).port, close };
}

function takeUpgrades(server: Server, upgrade: Upgrade): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node has taken its own listener away, and an error that nobody hears ends the process.
    socket.on('error', () => socket.destroy());
    if (upgrade(request, socket, head)) return;
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}

/** Who is connected, and what is being answered. */
class Connections {
  readonly #sockets = new Set<Duplex>();
  readonly #answers = new Set<ServerResponse>();
  /** Event streams have no end of their own. */
  readonly #endless = new Set<ServerResponse>();
  #isClosing = false;

  constructor(server: Server) {
    server.on('connection', (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const isEndless = request.url?.startsWith('/holdfast/v1/events') === true;
      const open = isEndless ? this.#endless : this.#answers;
      open.add(response);
      response.once('close', () => open.delete(response));
      if (this.#isClosing) response.setHeader('Connection', 'close');
    });
  }

  /** What is being answered ends with its answer; who asks nothing now is let go of at once. */
  finish(): void {
    this.#isClosing = true;
    for (const response of this.#endless) response.destroy();
    const answered = new Set<Duplex | null>();
    for (const response of this.#answers) {
      answered.add(response.socket);
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    for (const socket of this.#sockets) if (!answered.has(socket)) socket.destroy();
  }
}
