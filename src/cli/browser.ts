import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Where there is a screen, the program that opens an address there; null where there is none. */
function opener(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  if (platform === 'darwin') return 'open';
  // Without a screen it would take the terminal for a browser of text.
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : null;
}

/**
 * Opens an address in the browser of whoever sits at this machine. Everybody on a machine can see the arguments of
 * its programs, so an address with a secret in it must not be given.
 * @returns whether there was a program that took it
 */
export async function openInBrowser(
  url: string,
  { env = process.env, platform = process.platform } = {},
): Promise<boolean> {
  const program = opener(env, platform);
  if (program === null) return false;
  const child = spawn(program, [url], { env, stdio: 'ignore', detached: true });
  child.unref();
  try {
    await once(child, 'spawn');
    return true;
  } catch {
    // There is no such program.
    return false;
  }
}
