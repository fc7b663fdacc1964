import { spawnSync } from 'node:child_process';

/** The HAProxy program that tests run; fails loudly where there is none, since no test may skip. */
export function haproxyBinary(): string {
  const binary = process.env['HOLDFAST_HAPROXY'] ?? 'haproxy';
  const done = spawnSync(binary, ['-v'], { encoding: 'utf8' });
  if (done.error !== undefined || done.status !== 0) {
    throw new Error(
      `these tests need HAProxy, and ${JSON.stringify(binary)} does not run ` +
        `(${done.error?.message ?? done.stderr}): name one in HOLDFAST_HAPROXY, or install it`,
    );
  }
  return binary;
}
