import type { DriverContext } from '../../../drivers/contract/driver.ts';
import type { Secrets } from '../../../machines/ports/secrets.ts';
import { silentLog } from '../../../machines/ports/log.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { systemRandom } from '../../../src/adapters/system-random.ts';
import { MemorySecrets } from '../../../src/adapters/memory-secrets.ts';

/** What the agent of that name gives its drivers. */
export function driverContext(
  agent: string,
  options: unknown,
  stateDir = '/nonexistent',
  secrets: Secrets = new MemorySecrets(),
): DriverContext {
  return {
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    secrets,
    host: 'host-1',
    agent,
    stateDir,
    options,
  };
}
