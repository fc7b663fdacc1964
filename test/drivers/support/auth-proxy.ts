import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { answer, passOn } from './pass-on.ts';

const file = (name: string) => new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;
/** Who vouches for {@link AuthProxy}; made for these tests alone, and valid for a hundred years. */
export const caFile = file('ca.pem');

export interface AuthProxy {
  readonly port: number;
  /** The header that is let through from now on; every other one is 401, and refused with itself. */
  accept(authorization: string): void;
  /** From now on those that are known may do nothing. */
  forbid(): void;
  /** What came, in order. */
  readonly seen: readonly (string | undefined)[];
}

/** Stands in front of a device's admin API and asks who calls; it ends with the test. */
export async function authProxy(target: number, how: 'http' | 'https'): Promise<AuthProxy> {
  let accepted: string | null = null;
  let isForbidden = false;
  const seen: (string | undefined)[] = [];
  const listener: RequestListener = (incoming, response) => {
    const { authorization } = incoming.headers;
    seen.push(authorization);
    const status = authorization !== accepted ? 401 : isForbidden ? 403 : null;
    void buffer(incoming).then(async (body) => {
      if (status === null) answer(response, await passOn(target, incoming, body));
      else response.writeHead(status).end(JSON.stringify({ error: `not by ${authorization}` }));
    });
  };
  const secure = () => ({
    key: readFileSync(file('server.key')),
    cert: readFileSync(file('server.pem')),
  });
  const server = how === 'https' ? createSecureServer(secure(), listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    port: (server.address() as AddressInfo).port,
    accept(authorization) {
      accepted = authorization;
    },
    forbid() {
      isForbidden = true;
    },
    seen,
  };
}
