import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const requestTimeoutMs = 10_000;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request over a connection of its own. */
export function get(
  address: string,
  port: number,
  { path = '/', from }: { path?: string; from?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: address,
        port,
        path,
        agent: false,
        timeout: requestTimeoutMs,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer in ${requestTimeoutMs} ms`)));
    request.on('error', reject);
    request.end();
  });
}

export interface Load {
  readonly served: () => number;
  /** Ends the load; what failed, by the error's words and how often. */
  stop(): Promise<Record<string, number>>;
}

/** Clients that send one request after the other, each over a new connection, until stopped. */
export function startLoad(address: string, port: number, clients = 4): Load {
  let stopped = false;
  let served = 0;
  const failures: Record<string, number> = {};
  const client = async () => {
    while (!stopped) {
      const outcome = await get(address, port).then(
        ({ status }) => (status === 200 ? null : `status ${status}`),
        (error: Error) => error.message,
      );
      if (outcome === null) served += 1;
      else failures[outcome] = (failures[outcome] ?? 0) + 1;
    }
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    served: () => served,
    async stop() {
      stopped = true;
      await running;
      return failures;
    },
  };
}

/** A TCP port of this address that nobody uses now. */
export async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
