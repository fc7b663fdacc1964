/**
 * One text for all spellings of an address, so that `2001:DB8::1` and `2001:db8:0::1` are found to
 * be the same member. What is no address is its own key.
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  // The platform's URL parser writes IPv6 in its one canonical form, and floor 1 has no library for it.
  const url = `http://[${address}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
}
