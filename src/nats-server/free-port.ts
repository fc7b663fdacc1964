import { createServer } from 'node:net';

/** A port on which nobody listens now; somebody may take it before the caller does. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error(`no port could be taken on ${host}`));
        } else resolve(address.port);
      });
    });
  });
}
