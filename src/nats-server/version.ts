import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface NatsServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As the server prints it, such as `2.10.27`. */
  readonly text: string;
}

/** The oldest server whose JetStream does what the store relies on. */
export const oldestServer = '2.9.0';

const versionTimeoutMs = 10_000;

/** Where the binary is: HOLDFAST_NATS_SERVER, or `nats-server` on the PATH. */
export function natsServerBinary(env: Readonly<Record<string, string | undefined>>): string {
  return env['HOLDFAST_NATS_SERVER'] ?? 'nats-server';
}

/** Reads what `nats-server -v` prints; throws if that is no version or one that is too old. */
export function parseNatsServerVersion(output: string): NatsServerVersion {
  const match = /^nats-server: v(\d+)\.(\d+)\.(\d+)/m.exec(output);
  if (match === null) {
    throw new Error(`"${output.trim().slice(0, 100)}" is not what nats-server -v prints`);
  }
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  const version = { major, minor, patch, text: `${major}.${minor}.${patch}` };
  if (!atLeast(version, oldestServer)) {
    throw new Error(
      `nats-server ${version.text} is too old: Holdfast needs ${oldestServer} or newer (2.10.27 is good)`,
    );
  }
  return version;
}

/** Is this version the given one or a newer one? */
export function atLeast(version: NatsServerVersion, than: string): boolean {
  const [major = 0, minor = 0, patch = 0] = than.split('.').map(Number);
  if (version.major !== major) return version.major > major;
  if (version.minor !== minor) return version.minor > minor;
  return version.patch >= patch;
}

/** Asks the binary; the error says which one and how to name another. */
export async function natsServerVersion(binary: string): Promise<NatsServerVersion> {
  try {
    const { stdout } = await promisify(execFile)(binary, ['-v'], { timeout: versionTimeoutMs });
    return parseNatsServerVersion(stdout);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${binary} can't be used as NATS server: ${why}. Put nats-server on the PATH or name it in HOLDFAST_NATS_SERVER.`,
      { cause: error },
    );
  }
}
