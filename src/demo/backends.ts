import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Backend {
  readonly port: number;
  close(): void;
}

/** A real HTTP server that says its name. */
export function startBackend(name: string, address = '127.0.0.1'): Promise<Backend> {
  const server: Server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end(`${name}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, close: () => server.close() });
    });
  });
}
