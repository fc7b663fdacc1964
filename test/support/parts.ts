import { ensureParts, thisMachine } from '../../src/setup/ensure-parts.mjs';

/**
 * Runs once before all tests: tests that need nats-server, HAProxy or Caddy find them named in the
 * environment, also when vitest was started by hand.
 */
export async function setup(): Promise<void> {
  Object.assign(process.env, await ensureParts(['nats-server', 'haproxy', 'caddy'], thisMachine()));
}
