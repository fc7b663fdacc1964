import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { eventually } from './eventually.ts';

/** What becomes of a call: it is passed on as it is, or goes wrong in one of these ways. */
export type Fault =
  | 'none'
  /** It is carried out, and its answer gets lost. */
  | 'lose-answer'
  /** It gets lost itself; whoever sent it can't tell. */
  | 'lose-call'
  /** It is refused, because the device is busy. */
  | 'busy';

export interface FaultProxy {
  readonly port: number;
  /** The changes that came, in order, and whether each was passed on. */
  readonly writes: { readonly method: string; readonly passed: boolean }[];
  /** What the device answered to them, in the order of the answers; null where it reset the call. */
  readonly answers: readonly (number | null)[];
  /** Decides about each call from now on. */
  inject(fault: (call: { method: string; path: string }) => Fault): void;
  /** Something that happens before each change is passed on, and that it waits for. */
  beforeWrite(work: () => Promise<void>): void;
  /** Resolves once a change has come. */
  isWriting(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a driver and the admin API of a real device. */
export async function faultProxy(target: number): Promise<FaultProxy> {
  let beforeWrite: () => Promise<void> = async () => undefined;
  let faultOf: (call: { method: string; path: string }) => Fault = () => 'none';
  const writes: FaultProxy['writes'] = [];
  const answers: (number | null)[] = [];
  const server = createServer((incoming, response) => {
    const call = { method: incoming.method ?? '', path: incoming.url ?? '' };
    const fault = faultOf(call);
    const passed = fault === 'none' || fault === 'lose-answer';
    const isWrite = changes(call);
    if (isWrite) writes.push({ method: call.method, passed });
    if (fault === 'lose-call') {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'busy') {
      response.writeHead(503, { 'retry-after': '7' }).end('{"error":"in the middle of something"}');
      return;
    }
    // Read at once: whoever sent it may have hung up by the time that it is passed on.
    buffer(incoming)
      .then(async (body) => {
        if (isWrite) await beforeWrite();
        return passOn(target, incoming, body);
      })
      .then(
        ({ status, headers, body, trailers }) => {
          if (isWrite) answers.push(status);
          if (fault === 'lose-answer') {
            incoming.socket.destroy();
            return;
          }
          response.writeHead(status, headers);
          response.addTrailers(trailers);
          response.end(body);
        },
        () => {
          if (isWrite) answers.push(null);
          incoming.socket.destroy();
        },
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    writes,
    answers,
    inject(fault) {
      faultOf = fault;
    },
    beforeWrite(work) {
      beforeWrite = work;
    },
    isWriting: () => eventually('a change has come', () => writes.length > 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Passed {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
}

/** A probe asks by POST whether a configuration would do, and changes nothing. */
function changes({ method, path }: { method: string; path: string }): boolean {
  return method !== 'GET' && path !== '/adapt';
}

async function passOn(target: number, incoming: IncomingMessage, sent: Buffer): Promise<Passed> {
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: target,
    method: incoming.method,
    path: incoming.url,
    // Caddy serves only those who call it by its own name.
    headers: { ...incoming.headers, host: `127.0.0.1:${target}` },
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
