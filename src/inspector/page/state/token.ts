const key = 'holdfast-inspector-token';

/**
 * The gateway's token, which came in the address's fragment. It is taken out of the address bar, where it would
 * be seen and copied; it is kept for this tab, so that it can be loaded again.
 */
export function takeToken(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('token');
  if (token !== null) {
    sessionStorage.setItem(key, token);
    history.replaceState(null, '', `${location.pathname}${location.search}#/fleet`);
  }
  return token ?? sessionStorage.getItem(key);
}

export function liveUrl(token: string | null): string {
  const url = new URL('./live', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  url.search = token === null ? '' : `?${new URLSearchParams({ token }).toString()}`;
  return url.href;
}
