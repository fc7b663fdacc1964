import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** What is needed of a request's headers, in lower case. */
export interface AccessRequest {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** As it was given in the URL; null where it was not. */
  readonly token: string | null;
}

export interface AccessRules {
  /** Null where everybody who reaches the gateway may look: on loopback only. */
  readonly token: string | null;
}

/** Why such a request is not served, or null. */
export function whyRefused(request: AccessRequest, { token }: AccessRules): string | null {
  const { host, origin } = request;
  if (host === undefined) return 'a request must say which host it means';
  // Another site's name may have been made to lead here (DNS rebinding); with a token it leads nowhere.
  if (token === null && !isLoopback(nameOf(host))) {
    return `without a token, this is served as localhost, 127.0.0.1 or [::1] only, not as ${host}`;
  }
  if (origin !== undefined && hostOf(origin) !== host) return `pages of ${origin} may not look`;
  if (token === null) return null;
  if (request.token === null) return 'a token is needed: open the address that holds it';
  return sameText(request.token, token) ? null : 'this is another token';
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost' || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '');

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Takes the same time wherever they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
