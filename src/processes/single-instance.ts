import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { ConfigError } from '../config/load.ts';

/**
 * Takes a name that only one process of this machine can hold, and that its death gives back: an
 * abstract Unix socket, which only Linux has. Elsewhere nothing guards against a second process.
 */
export async function holdAlone(directory: string, name: string): Promise<Server | null> {
  if (process.platform !== 'linux') return null;
  const digest = createHash('sha256')
    .update(`${await realpath(directory)}\0${name}`)
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new ConfigError(`${name} runs already with the directory ${directory}`) : error,
      );
    });
    server.listen(`\0holdfast-${digest.slice(0, 40)}`, () => resolve());
  });
  server.unref();
  return server;
}
