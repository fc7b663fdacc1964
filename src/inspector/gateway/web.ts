import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { WebSocketServer } from 'ws';
import type { Log } from '../../../machines/ports/log.ts';
import { type AccessRules, whyRefused } from './access.ts';
import type { Feed } from './feed.ts';
import { addHosted } from './hosted.ts';
import { receivedBytesMax, servePage, serveStately } from './socket.ts';
import type { Definitions } from './stately.ts';

/** Connections of pages and tools at once. */
export const connectionsMax = 64;

/** Everything is the page's own; nothing comes from elsewhere, and nobody shows it in a frame. */
const policy =
  "default-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

export interface WebOptions {
  readonly feed: Feed;
  readonly access: AccessRules;
  /** Where the built page is. */
  readonly pageDirectory: string;
  readonly definitions: Definitions;
  /** Is there a page, too, that shows the hosted Stately Inspector? It needs the internet. */
  readonly hosted: boolean;
  readonly log: Log;
}

export interface InspectorWeb {
  /** Below `/inspector`. */
  readonly app: Hono;
  /** Takes an upgrade to a WebSocket; false where the path is not one of the inspector's. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

/** The page and its sockets: `/inspector/live` for the page, `/inspector/stately` for tools. */
export function inspectorWeb(options: WebOptions): InspectorWeb {
  const { feed, access, pageDirectory, log, definitions, hosted } = options;
  const app = new Hono();
  app.use('/inspector/*', async (c, next) => {
    // With a token, the page is anybody's: it holds nothing, and its socket asks for the token.
    const request = { host: c.req.header('host'), origin: undefined, token: null };
    const why = access.token === null ? whyRefused(request, access) : null;
    if (why !== null) return c.text(`${why}\n`, 403);
    await next();
    for (const [name, value] of Object.entries(headers)) {
      if (!c.res.headers.has(name)) c.header(name, value);
    }
    return undefined;
  });
  if (hosted) addHosted(app);
  app.get('/inspector', (c) => c.redirect('/inspector/'));
  app.get(
    '/inspector/*',
    serveStatic({
      root: pageDirectory,
      rewriteRequestPath: (path) => path.replace(/^\/inspector\//, '/'),
    }),
  );
  const sockets = new WebSocketServer({ noServer: true, maxPayload: receivedBytesMax });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    // It may be anything, such as `//`, of which no URL can be made.
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    if (path !== '/inspector/live' && path !== '/inspector/stately') return false;
    const { host, origin } = request.headers;
    const token = new URLSearchParams(query).get('token');
    const why =
      whyRefused({ host, origin, token }, access) ??
      (sockets.clients.size >= connectionsMax ? `${connectionsMax} look already` : null);
    if (why !== null) {
      log.warn({ from: request.socket.remoteAddress, why }, 'the inspector refused a connection');
      refuse(socket, why);
      return true;
    }
    const who = `${request.socket.remoteAddress ?? 'unknown'}:${request.socket.remotePort ?? 0}`;
    sockets.handleUpgrade(request, socket, head, (opened) => {
      if (path === '/inspector/live') servePage(opened, feed, who, log);
      else serveStately(opened, feed, definitions, log);
    });
    return true;
  }

  function close(): void {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  }

  return { app, upgrade, close };
}

function refuse(socket: Duplex, why: string): void {
  const body = `${why}\n`;
  socket.end(
    `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
