import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { serveApi } from '../api/serve.ts';
import { ConfigError } from '../config/load.ts';
import { isLoopback } from '../inspector/gateway/access.ts';
import { definitions } from '../inspector/gateway/definitions.ts';
import type { Feed } from '../inspector/gateway/feed.ts';
import { inspectorWeb } from '../inspector/gateway/web.ts';
import { sharedKeysIn } from './secret-file.ts';

export interface InspectorAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Null for none, on loopback only. */
  readonly tokenFile: string | null;
}

export interface RunningInspector {
  /** What a person opens; holds the token where there is one. */
  readonly url: string;
  /** Where tools attach that speak the Stately Inspector's protocol. */
  readonly statelyUrl: string;
  close(): Promise<void>;
}

export interface InspectorOptions extends InspectorAddress {
  readonly feed: Feed;
  readonly pageDirectory: string;
  /** Is the hosted Stately Inspector shown in a page of its own? */
  readonly hosted: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Serves the inspector by itself; throws a {@link ConfigError} where it may not, or can't, listen. */
export async function serveInspector(options: InspectorOptions): Promise<RunningInspector> {
  const { host, port, feed, pageDirectory, hosted, clock, log } = options;
  const token = await tokenFor(host, options.tokenFile);
  const web = inspectorWeb({ feed, access: { token }, pageDirectory, definitions, hosted, log });
  web.app.get('/', (c) => c.redirect('/inspector/'));
  const server = await serveApi(web.app, { host, port, clock }, web.upgrade).catch((error) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `the inspector can't listen at ${host}, port ${port}: ${why}; give another --port or --host`,
    );
  });
  const at = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  const given = token === null ? '' : `token=${encodeURIComponent(token)}`;
  return {
    url: `http://${at}/inspector/${given && `#${given}`}`,
    statelyUrl: `ws://${at}/inspector/stately${given && `?${given}`}`,
    close: async () => {
      web.close();
      await server.close();
    },
  };
}

/** The token that is asked for at this address; null on loopback where none is configured. */
export async function tokenFor(host: string, tokenFile: string | null): Promise<string | null> {
  if (tokenFile !== null) {
    const [token] = await sharedKeysIn(tokenFile).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigError(`the inspector's token: ${why}`);
    });
    return token;
  }
  if (isLoopback(host)) return null;
  throw new ConfigError(
    `the inspector shows a whole system, and at ${host} everybody who reaches it could look: ` +
      'give a file with a token (--token-file, or inspector.tokenFile), or stay on loopback',
  );
}
