import { readDocuments } from '../content.ts';
import type { Site } from '../site.ts';
import type { Held } from './held-addresses.ts';

/** The addresses that a load balancer has, or may have left, on this host. */
export async function addressesOf(site: Site, held: Held | null): Promise<readonly string[]> {
  const documents = await readDocuments(site);
  const addresses = documents.map(({ vip_address }) => vip_address);
  return [...new Set(held === null ? addresses : [held.address, ...addresses])];
}
