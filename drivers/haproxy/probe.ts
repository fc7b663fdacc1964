import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../../machines/ports/random.ts';
import type { ProbeResult } from '../contract/driver.ts';
import { DriverError } from '../contract/errors.ts';
import { writeDurably } from './durable-file.ts';
import { type Host, mapped } from './host.ts';
import { run } from './run.ts';

/** Does the program run, and can the state directory be written? */
export async function probe(host: Host, random: Random): Promise<ProbeResult> {
  const { binary, stateDir, startTimeoutMs } = host.options;
  try {
    const outcome = await run(binary, ['-v'], { clock: host.clock, timeoutMs: startTimeoutMs });
    if (outcome.code !== 0) {
      return { reachable: false, reason: `${binary} -v failed: ${outcome.output.trim()}` };
    }
    await mapped(async () => {
      await mkdir(stateDir, { recursive: true, mode: 0o700 });
      const file = path.join(stateDir, `.probe-${random.uuid()}`);
      await writeDurably(file, '');
      await rm(file);
    });
    return { reachable: true, detail: outcome.output.split('\n')[0] ?? '' };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { reachable: false, reason: error.message };
  }
}
