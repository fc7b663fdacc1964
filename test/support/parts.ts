import { root } from '../../src/processes/root.ts';
import { compilePrograms } from '../../src/setup/compiled.mjs';
import { ensureParts, thisMachine } from '../../src/setup/ensure-parts.mjs';

/**
 * Runs once before all tests: tests that need nats-server, HAProxy or Caddy find them named in the
 * environment, also when vitest was started by hand.
 */
export async function setup(): Promise<void> {
  // Processes that are started find it then; each would start from the sources else.
  await compilePrograms(root);
  Object.assign(process.env, await ensureParts(['nats-server', 'haproxy', 'caddy'], thisMachine()));
}
