import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Upgrade } from '../api/serve.ts';
import { ConfigError, type LoadedConfig } from '../config/load.ts';
import { definitions } from '../inspector/gateway/definitions.ts';
import { LiveFeed } from '../inspector/gateway/live-feed.ts';
import { inspectorWeb } from '../inspector/gateway/web.ts';
import { pageDirectory } from '../inspector/page/build.ts';
import type { Bus } from '../ports/bus.ts';
import { tokenFor } from './inspector-process.ts';
import { root } from './root.ts';

interface Served {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** The API, and the inspector beside it where `inspector.serve` says so. */
export async function withInspector(
  api: Served,
  parts: {
    readonly inspector: LoadedConfig['inspector'];
    readonly api: { readonly host: string };
    readonly bus: Bus;
    readonly clock: Clock;
    readonly log: Log;
  },
): Promise<{ readonly app: Served; readonly upgrade?: Upgrade; close(): void }> {
  const { inspector, bus, clock, log } = parts;
  if (!inspector.serve) return { app: api, close: () => undefined };
  const token = await tokenFor(parts.api.host, inspector.tokenFile);
  const page = await pageDirectory(root).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`inspector.serve: ${why}`);
  });
  const feed = new LiveFeed({ bus, clock, log, sends: inspector.sends });
  const web = inspectorWeb({
    ...{ feed, access: { token }, pageDirectory: page, definitions, hosted: false, log },
  });
  const isInspectors = (url: string) => /^\/inspector(\/|$)/.test(new URL(url).pathname);
  return {
    app: { fetch: (request) => (isInspectors(request.url) ? web.app : api).fetch(request) },
    upgrade: web.upgrade,
    close: () => web.close(),
  };
}
