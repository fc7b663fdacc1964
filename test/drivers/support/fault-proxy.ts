import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { eventually } from './eventually.ts';
import { answer, type Passed, passOn } from './pass-on.ts';

/** What becomes of a call: it is passed on as it is, or goes wrong in one of these ways. */
export type Fault =
  | 'none'
  /** It is carried out, and the connection is reset before the answer. */
  | 'lose-answer'
  /** It is carried out, and nobody ever answers. */
  | 'never-answer'
  /** It gets lost itself, and the connection is reset; whoever sent it can't tell. */
  | 'lose-call'
  /** It gets lost itself, and nobody ever answers. */
  | 'swallow'
  | Refused
  | Altered;

/** It is refused in these words, and not carried out. */
export interface Refused {
  readonly status: number;
  readonly words: string;
  readonly retryAfter?: string;
}

/** Something else is carried out than was asked for. */
export interface Altered {
  readonly alter: (body: Readonly<Record<string, unknown>>) => object;
  /** What is answered then; by default, what the device says to it. */
  readonly answer?: Refused;
}

export interface FaultProxy {
  readonly port: number;
  /** How many calls came, of whatever kind. */
  readonly calls: () => number;
  /** How many changes were on their way to the device at once, at most. */
  readonly writesAtOnce: () => number;
  /** The changes that came, in order, and whether each was passed on. */
  readonly writes: { readonly method: string; readonly passed: boolean }[];
  /** What the device answered to them, in the order of the answers; null where it reset the call. */
  readonly answers: readonly (number | null)[];
  /** Decides about each call from now on. */
  inject(fault: (call: { method: string; path: string }) => Fault): void;
  /** Something that happens before each change is passed on, and that it waits for. */
  beforeWrite(work: (body: Buffer) => Promise<void>): void;
  /** Something that happens before each answer to a change is passed on, and that it waits for. */
  afterWrite(work: (body: Buffer, status: number | null) => Promise<void>): void;
  /** Resolves once a change has come. */
  isWriting(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a driver and the admin API of a real device. */
export async function faultProxy(target: number): Promise<FaultProxy> {
  let beforeWrite: (body: Buffer) => Promise<void> = async () => undefined;
  let afterWrite: (body: Buffer, status: number | null) => Promise<void> = async () => undefined;
  let faultOf: (call: { method: string; path: string }) => Fault = () => 'none';
  const writes: FaultProxy['writes'] = [];
  const answers: (number | null)[] = [];
  const count = { calls: 0, writing: 0, writesAtOnce: 0 };
  const server = createServer((incoming, response) => {
    const call = { method: incoming.method ?? '', path: incoming.url ?? '' };
    const fault = faultOf(call);
    const isWrite = changes(call);
    count.calls += 1;
    if (fault === 'lose-call' || fault === 'swallow' || isRefused(fault)) {
      if (isWrite) writes.push({ method: call.method, passed: false });
      if (isRefused(fault)) refuse(response, fault);
      else if (fault === 'lose-call') incoming.socket.destroy();
      return;
    }
    if (isWrite) writes.push({ method: call.method, passed: true });
    if (isWrite) count.writing += 1;
    count.writesAtOnce = Math.max(count.writesAtOnce, count.writing);
    // Read at once: whoever sent it may have hung up by the time that it is passed on.
    buffer(incoming)
      .then(async (received) => {
        const body = typeof fault === 'object' ? altered(received, fault) : received;
        const due = isWrite ? beforeWrite(received) : Promise.resolve();
        const passed = await due.then(() => passOn(target, incoming, body)).catch(() => null);
        if (isWrite) {
          count.writing -= 1;
          answers.push(passed?.status ?? null);
          await afterWrite(body, passed?.status ?? null);
        }
        if (passed === null) incoming.socket.destroy();
        else tell(passed, fault, incoming, response);
      })
      .catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => count.calls,
    writesAtOnce: () => count.writesAtOnce,
    writes,
    answers,
    inject(fault) {
      faultOf = fault;
    },
    beforeWrite(work) {
      beforeWrite = work;
    },
    afterWrite(work) {
      afterWrite = work;
    },
    isWriting: () => eventually('a change has come', () => writes.length > 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A probe asks by POST whether a configuration would do, and changes nothing. */
function changes({ method, path }: { method: string; path: string }): boolean {
  return method !== 'GET' && path !== '/adapt';
}

function isRefused(fault: Fault): fault is Refused {
  return typeof fault === 'object' && 'status' in fault;
}

function tell(
  passed: Passed,
  fault: Exclude<Fault, 'lose-call' | 'swallow' | Refused>,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  if (fault === 'never-answer') return;
  if (fault === 'lose-answer') {
    incoming.socket.destroy();
    return;
  }
  if (fault !== 'none' && fault.answer !== undefined) {
    refuse(response, fault.answer);
    return;
  }
  answer(response, passed);
}

function refuse(response: ServerResponse, { status, words, retryAfter }: Refused): void {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  response.end(JSON.stringify({ error: words }));
}

function altered(body: Buffer, { alter }: Altered): Buffer {
  return Buffer.from(JSON.stringify(alter(JSON.parse(body.toString()) as Record<string, unknown>)));
}
