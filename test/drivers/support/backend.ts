import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Backend {
  readonly name: string;
  readonly port: number;
  /** Paths that were asked for, health checks' too. */
  readonly requests: { url: string; headers: NodeJS.Dict<string | string[]> }[];
  /** The status of every answer from now on. */
  answerWith(status: number): void;
  close(): Promise<void>;
}

/** A web server on loopback that answers with its name. */
export async function startBackend(name: string): Promise<Backend> {
  let status = 200;
  const requests: Backend['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(name);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    name,
    requests,
    port: (server.address() as AddressInfo).port,
    answerWith(next) {
      status = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
