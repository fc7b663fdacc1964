import type { ProbeResult } from '../contract/driver.ts';
import { RetryableError } from '../contract/errors.ts';
import type { AdminClient } from './admin-client.ts';
import { isObject } from './json.ts';

/** Caddy tells nobody its version; this option came with 2.6, and is only looked at, not loaded. */
const newIn26 = '{\n\tservers {\n\t\tprotocols h1\n\t}\n}\n';

/** Does a Caddy that is new enough answer, as an admin API? */
export async function probe(client: AdminClient): Promise<ProbeResult> {
  const place = `Caddy at ${client.admin.text}`;
  try {
    const admin = await client.read('/config/admin');
    if (!(await client.understands(newIn26))) {
      return { reachable: false, reason: `${place} is older than 2.6` };
    }
    const keeps = keepsConfiguration(admin?.value) ? '' : ', which forgets all when it restarts';
    return { reachable: true, detail: `${place}${keeps}` };
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    return { reachable: false, reason: error.message, retryAfterMs: error.retryAfterMs };
  }
}

/** Whether it saves what it is told; only then does `caddy run --resume` have anything to resume. */
function keepsConfiguration(admin: unknown): boolean {
  const config = isObject(admin) ? admin['config'] : undefined;
  return !(isObject(config) && config['persist'] === false);
}
