import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server behind all load balancers: it says from which host each request has come to it. */
export class BehindAll {
  readonly #server: Server;
  readonly address: string;

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  static start(address: string): Promise<BehindAll> {
    const server = createServer((request, response) => {
      response.end(request.socket.remoteAddress);
    });
    // Connections that HAProxy keeps are its own to close.
    server.keepAliveTimeout = 0;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, address, () => resolve(new BehindAll(server, address)));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
