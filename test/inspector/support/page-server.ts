import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FromPage, ToPage } from '../../../machines/protocol/inspection.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** Serves the built page as a gateway does, under its policy, and speaks for one as a test tells it to. */
export class PageServer {
  readonly heard: FromPage[] = [];
  readonly tokens: (string | null)[] = [];
  /** Said to each page that comes. */
  greeting: readonly ToPage[] = [];
  /** What is answered to what a page sends. */
  answer: (message: FromPage) => ToPage | null = () => null;
  /** A file beside the page's own is given out after this. */
  given: Promise<void> = Promise.resolve();
  /** A page that comes is admitted after this. */
  admitted: Promise<void> = Promise.resolve();
  /** How many pages have come, admitted or not. */
  knocks = 0;
  readonly #directory: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #sockets = new Set<WebSocket>();
  #server = createServer();
  #port = 0;

  /** `files`: beside the page's own, by their names. */
  constructor(directory: string, files: ReadonlyMap<string, string> = new Map()) {
    this.#directory = directory;
    this.#files = files;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/inspector/`;
  }

  /** How many pages are there. */
  get pages(): number {
    return this.#sockets.size;
  }

  /** On the port that it had before, if it had one. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    const live = new WebSocketServer({ noServer: true });
    this.#server.on('upgrade', (request, socket, head) => {
      this.knocks += 1;
      void this.admitted.then(() => {
        live.handleUpgrade(request, socket, head, (opened) => this.#greet(opened, request));
      });
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  say(message: ToPage): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify(message));
  }

  #greet(socket: WebSocket, request: IncomingMessage): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    this.tokens.push(new URL(request.url ?? '', this.url).searchParams.get('token'));
    for (const message of this.greeting) socket.send(JSON.stringify(message));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as FromPage;
      this.heard.push(message);
      const answer = this.answer(message);
      if (answer !== null) socket.send(JSON.stringify(answer));
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.url);
    const name = pathname.replace('/inspector/', '') || 'index.html';
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    response.setHeader('Content-Type', types[extname(name)] ?? 'text/plain');
    const own = this.#files.get(name);
    if (own !== undefined) await this.given;
    const body = own ?? (await readFile(join(this.#directory, name)).catch(() => null));
    if (body === null) response.statusCode = 404;
    response.end(body ?? '');
  }
}
