import type { MiddlewareHandler } from 'hono';
import { Fault } from '../../machines/model/fault.ts';
import type { ApiConfig } from './config.ts';
import type { ApiEnv } from './context.ts';
import type { LoadBalancers } from './services.ts';

export function isLoopbackHost(name: string): boolean {
  return (
    name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
  );
}

/** The name in a Host header or an origin, without its port; null if it is neither. */
function hostnameOf(authority: string): string | null {
  const url = `http://${authority}/`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

/**
 * An API that listens on loopback has no other protection than that. A page in a browser on this
 * machine could still reach it: under a name of its own that resolves to 127.0.0.1, or by a
 * cross-site request. Both tell on themselves in Host and Origin.
 */
export function refuseForeigners(config: ApiConfig): MiddlewareHandler<ApiEnv> {
  const guarded = isLoopbackHost(config.host);
  const allowed = new Set(config.allowedHosts.map((name) => name.toLowerCase()));
  const known = (name: string | null) =>
    name !== null && (isLoopbackHost(name) || allowed.has(name));
  return async (c, next) => {
    if (guarded) {
      const host = c.req.header('Host') ?? new URL(c.req.url).host;
      if (!known(hostnameOf(host))) {
        throw new Fault(
          403,
          `Host '${host}' is not served here; use localhost, or name it in allowedHosts.`,
        );
      }
      const origin = c.req.header('Origin');
      if (origin !== undefined && !known(originHost(origin))) {
        throw new Fault(403, `Requests from pages of '${origin}' are not allowed.`);
      }
    }
    await next();
  };
}

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).hostname : null;
}

/** The API answers in JSON only, so a client that can't read it is told at once (406). */
export const acceptJson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const accept = c.req.header('Accept') ?? '';
  const types = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '');
  const fits = ['', '*/*', 'application/*', 'application/json'];
  if (!types.some((type) => fits.includes(type))) {
    throw new Fault(406, `Only content type application/json is accepted, not '${accept}'.`);
  }
  await next();
};

/** Says that an answer may be older than what another controller has shown. */
export const unconfirmedHeader = 'X-Holdfast-Unconfirmed';

/**
 * Answers show everything that was acknowledged before the request came, by whichever controller.
 * While the store does not tell, what is known is better than nothing, and marked.
 */
export function currentState(loadBalancers: LoadBalancers): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const current = await loadBalancers.current();
    c.set('current', current);
    await next();
    if (!current) c.header(unconfirmedHeader, 'true');
  };
}
