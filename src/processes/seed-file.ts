import { ConfigError } from '../config/load.ts';
import { loadUserKey } from '../nats-server/keys.ts';

/** The secret in `nats.seedFile`; throws a {@link ConfigError} that names the file and tells nothing of it. */
export async function seedIn(file: string): Promise<string> {
  try {
    return (await loadUserKey(file)).seed;
  } catch (error) {
    throw new ConfigError(
      `nats.seedFile: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
