import { open } from 'node:fs/promises';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { RetryableError } from '../contract/errors.ts';
import { LockPatience, type LockPatienceOptions } from './lock-patience.ts';
import {
  isStopped,
  lockHolders,
  type ProcessStat,
  processIds,
  readArguments,
  readProcess,
  signalVerified,
} from './proc.ts';
import { run } from './run.ts';

/** How long one flock(1) waits, before its starter looks around. */
const sliceMs = 250;
/** What flock(1) says when the lock was not free in time. */
const conflictCode = 75;
/** How much longer than its wait flock(1) may live. */
const sliceMarginMs = 5_000;

export interface HeldLock {
  /** The file that carries the lock; a child that inherits it shares the lock. */
  readonly descriptor: number;
  release(): Promise<void>;
}

export interface LockOptions extends LockPatienceOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Takes the lock of a load balancer's directory. Node has no flock(2), but flock(1) locks the open
 * file that it inherits, and so the lock lives and dies with our descriptor: it goes with this
 * process, however that ends, and no helper is left to watch over.
 *
 * A holder that is stuck is killed, as it would block its successors for ever: one that is stopped
 * after `lockWaitMs`, any other after `operationMostMs` ({@link LockPatience}). Throws RetryableError where the lock can't
 * be had.
 */
export async function takeLock(lockPath: string, options: LockOptions): Promise<HeldLock> {
  const { clock } = options;
  const file = await open(lockPath, 'a', 0o600);
  const held: HeldLock = { descriptor: file.fd, release: () => file.close() };
  try {
    const real = await realpath(lockPath);
    const patience = new LockPatience(options, clock.monotonicMs());
    while (!(await waitForFlock(file.fd, options))) {
      const now = clock.monotonicMs();
      if (!patience.isDue(now)) continue;
      // This very process lets go by itself.
      const others = lockHolders(real).filter(({ pid }) => pid !== process.pid);
      const holders = others.map((each) => ({ ...each, isStopped: isStopped(each) }));
      endAll(patience.stuckAmong(holders, now), path.dirname(lockPath), options.log);
      if (patience.isOver(now)) throw lockBusy(lockPath, lockHolders(real));
    }
    return held;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function waitForFlock(descriptor: number, options: LockOptions): Promise<boolean> {
  const waitMs = Math.min(sliceMs, options.lockWaitMs / 2);
  const args = ['-x', '-w', String(waitMs / 1000), '-E', String(conflictCode), '3'];
  const { clock } = options;
  const outcome = await run('flock', args, {
    clock,
    timeoutMs: waitMs + sliceMarginMs,
    descriptor,
  });
  if (outcome.code === 0) return true;
  if (outcome.code === conflictCode || outcome.timedOut) return false;
  throw new RetryableError(`flock failed: ${outcome.output.trim()}`);
}

/** Kills the holders, and what they have under way in this directory. */
function endAll(holders: readonly ProcessStat[], directory: string, log: Log): void {
  if (holders.length === 0) return;
  const underWay = descendants(holders.map(({ pid }) => pid)).filter(({ pid }) =>
    readArguments(pid).some((argument) => argument.startsWith(`${directory}/`)),
  );
  // Holders first: one that woke up now would find its children's failure, and act on it.
  for (const victim of [...holders, ...underWay]) {
    const { pid, state } = victim;
    log.warn({ pid, state, directory }, 'killing a process that is stuck with a lock in its hands');
    signalVerified(victim, 'SIGKILL');
  }
}

function descendants(ancestors: readonly number[]): readonly ProcessStat[] {
  const all = processIds().flatMap((pid) => readProcess(pid) ?? []);
  const found = new Set(ancestors);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { pid, parentPid } of all) if (found.has(parentPid)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid) && !ancestors.includes(pid));
}

function lockBusy(lockPath: string, holders: readonly ProcessStat[]): RetryableError {
  const who = holders.map(({ pid }) => `process ${pid}`).join(' and ') || 'a process out of sight';
  return new RetryableError(`${who} does not let go of the lock ${lockPath}`);
}
