import type { DriverContext } from '../../../drivers/contract/driver.ts';
import { silentLog } from '../../../machines/ports/log.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { systemRandom } from '../../../src/adapters/system-random.ts';

/** What the agent of that name gives its drivers. */
export function driverContext(
  agent: string,
  options: unknown,
  stateDir = '/nonexistent',
): DriverContext {
  return {
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    host: 'host-1',
    agent,
    stateDir,
    options,
  };
}
