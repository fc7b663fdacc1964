import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The nats-server that the tests run: HOLDFAST_NATS_SERVER, or the one on the PATH. Tests against
 * the real server are never skipped, because only they show that the twins are true.
 */
export function natsBinary(): string {
  const named = process.env['HOLDFAST_NATS_SERVER'];
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`HOLDFAST_NATS_SERVER names ${named}, which does not exist`);
  }
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'nats-server');
    if (existsSync(path)) return path;
  }
  throw new Error(
    'these tests need a real nats-server: put it on the PATH or name it in HOLDFAST_NATS_SERVER',
  );
}
