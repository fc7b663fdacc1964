import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on loopback that can be stopped, and started again on the same port. */
export class MemberServer {
  readonly port: number;
  #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(): Promise<MemberServer> {
    const server = await listening(0);
    return new MemberServer(server, (server.address() as AddressInfo).port);
  }

  /** Nobody listens on its port when this resolves. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async startAgain(): Promise<void> {
    this.#server = await listening(this.port);
  }
}

function listening(port: number): Promise<Server> {
  const server = createServer((_, response) => response.end('a member\n'));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
