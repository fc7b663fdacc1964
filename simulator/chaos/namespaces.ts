import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureParts, thisMachine } from '../../src/setup/ensure-parts.mjs';
import { readRelease } from '../../src/setup/release.mjs';
import { SetupError } from '../../src/setup/say.mjs';

const execute = promisify(execFile);

/**
 * Why hosts of their own can't be made on this machine; null where they can. The programs that it takes are
 * fetched where they can be, and named in the environment.
 */
export async function namespaceTrouble(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces';
  try {
    Object.assign(process.env, await ensureParts(['ip', 'arping', 'nft'], thisMachine()));
  } catch (error) {
    const isDebian = readRelease('/etc/os-release').id === 'debian';
    if (isDebian || !(error instanceof SetupError)) throw error;
    return `needs programs: ${error.message}`;
  }
  const name = `hfprobe${process.pid}`;
  const ip = process.env['HOLDFAST_IP'] ?? 'ip';
  try {
    await execute(ip, ['netns', 'add', name]);
    await execute(ip, ['netns', 'del', name]);
    return null;
  } catch (error) {
    return `needs network namespaces, which this machine refuses: ${String(error)}`;
  }
}
