import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface OldServer {
  readonly url: string;
  /** How often somebody has connected. */
  connections(): number;
  close(): void;
}

/** Says that it is a server of a cluster, of a version that is refused; it answers pings, and carries nothing. */
export async function oldServer(version: string): Promise<OldServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => sockets.delete(socket));
    const { port } = server.address() as AddressInfo;
    const info = {
      server_id: 'old',
      server_name: 'old',
      version,
      proto: 1,
      host: '127.0.0.1',
      port,
      headers: true,
      max_payload: 1_048_576,
      cluster: 'old',
    };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => {
      const pings = data.toString().split('PING\r\n').length - 1;
      socket.write('PONG\r\n'.repeat(pings));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
