import { mkdir, readdir } from 'node:fs/promises';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { DriverError, RetryableError } from '../contract/errors.ts';
import type { Addressing } from './addressing.ts';
import type { Alarm } from './alarm.ts';
import { type HeldLock, takeLock } from './lock.ts';
import type { HaproxyOptions } from './options.ts';
import type { ProcessTable } from './process-table.ts';
import { Site } from './site.ts';
import { killWaitMs } from './stop.ts';

/** How often HAProxy is asked before it counts as hung. */
export const answerAttempts = 3;
/** What bringing or taking away an address may take, an IPv6 one that the kernel checks too. */
const addressMostMs = 20_000;
/** What the files of one operation may take on a slow disk. */
const filesMostMs = 5_000;

/** What every operation of the driver works with. */
export interface Host extends HostGround {
  readonly addressing: Addressing;
}

/** The same before it is known how addresses come to the host. */
export interface HostGround {
  /** The driver's name. */
  readonly driver: string;
  readonly options: HaproxyOptions;
  /** Do load balancers' addresses come to this host, and go? */
  readonly addressMoves: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly openFilesMax: number;
  /** The agent that this driver works for. */
  readonly agent: string;
  readonly processes: ProcessTable;
  /** Load balancers whose processes this driver has put in order: from then on it knows them. */
  readonly inStock: Set<string>;
  readonly alarm: Alarm;
  /** By load balancer, the epoch under which this driver left its marker last. */
  readonly left: Map<string, number>;
}

const isId = (name: string): boolean => /^[0-9a-f-]{36}$/i.test(name);

/** The load balancers that have a directory on this host. */
export async function idsOn({ options }: HostGround): Promise<readonly string[]> {
  const entries = await readdir(options.stateDir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && isId(entry.name)).map(({ name }) => name);
}

export function siteOf(host: HostGround, id: string): Site {
  // The id becomes a path.
  if (!isId(id)) throw new Error(`not a load balancer's id: ${id}`);
  return new Site(host.options.stateDir, id);
}

/** The most that one operation may take, all its own deadlines added up. */
export function operationMostMs(options: HaproxyOptions): number {
  const startsMs = 2 * options.startTimeoutMs;
  const questionsMs = 3 * answerAttempts * options.socketTimeoutMs;
  return startsMs + questionsMs + options.stopGraceMs + 2 * killWaitMs + filesMostMs;
}

/** Runs one operation with the load balancer's lock held, on this host and against all its agents. */
export async function locked<T>(
  host: HostGround,
  id: string,
  operate: (site: Site, lock: HeldLock) => Promise<T>,
): Promise<T> {
  const { clock, log, options } = host;
  return mapped(async () => {
    const site = siteOf(host, id);
    await mkdir(site.directory, { recursive: true, mode: 0o700 });
    const lock = await takeLock(site.lockPath, {
      clock,
      log,
      lockWaitMs: options.lockWaitMs,
      operationMostMs: operationMostMs(options) + (host.addressMoves ? addressMostMs : 0),
    });
    try {
      return await operate(site, lock);
    } finally {
      await lock.release();
    }
  });
}

/** Turns what the operating system refuses into the contract's errors; bugs pass through. */
export async function mapped<T>(operate: () => Promise<T>): Promise<T> {
  try {
    return await operate();
  } catch (error) {
    if (error instanceof DriverError || !(error instanceof Error)) throw error;
    if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') throw error;
    throw new RetryableError(error.message, { cause: error });
  }
}
