import { cpus, loadavg, totalmem } from 'node:os';
import { natsServerVersion } from '../../src/nats-server/version.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly natsServer: string;
  /** Over the last minute, five and fifteen, when it was asked. */
  readonly loadAverage: readonly number[];
}

/** What a timing has to be read with. */
export async function describeMachine(natsBinary: string): Promise<Machine> {
  return { ...describeHost(), natsServer: (await natsServerVersion(natsBinary)).text };
}

/** The same where no NATS takes part. */
export function describeHost(): Omit<Machine, 'natsServer'> {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAverage: loadavg().map((value) => Math.round(value * 100) / 100),
  };
}

const yardstickRounds = 20_000;
const yardstick = JSON.stringify(
  Array.from({ length: 20 }, (_, index) => ({ id: `member-${index}`, weight: index, up: true })),
);

/**
 * How long one core takes for a fixed piece of work, in milliseconds; the shortest of three times. Cores that are shared
 * with other machines are now faster, now slower, and timings of different hours are told apart by this.
 */
export function yardstickMs(): number {
  const once = () => {
    const fromMs = performance.now();
    for (let round = 0; round < yardstickRounds; round += 1) JSON.parse(yardstick);
    return performance.now() - fromMs;
  };
  return Math.min(once(), once(), once());
}
