import { type Clock, delay } from '../../machines/ports/clock.ts';
import { RetryableError } from '../contract/errors.ts';
import { isAlive, isStopped, type ProcessIdentity, signalVerified } from './proc.ts';

/** How long the kernel may take to end a process that was killed. */
export const killWaitMs = 2_000;
const lookEveryMs = 10;

/** Ends the processes; each may finish what it serves for `graceMs`, and takes nothing new. */
export async function endGently(
  processes: readonly ProcessIdentity[],
  graceMs: number,
  clock: Clock,
): Promise<void> {
  const running = processes.filter((process) => !isStopped(process));
  for (const process of running) signalVerified(process, 'SIGUSR1');
  await waitGone(running, graceMs, clock);
  await kill(processes, clock);
}

/** Ends the processes at once; throws RetryableError where the kernel doesn't. */
export async function kill(processes: readonly ProcessIdentity[], clock: Clock): Promise<void> {
  for (const process of processes) signalVerified(process, 'SIGKILL');
  if (await waitGone(processes, killWaitMs, clock)) return;
  const pids = processes.filter(isAlive).map(({ pid }) => pid);
  throw new RetryableError(`process ${pids.join(', ')} was killed but has not ended`);
}

/** True as soon as all are gone, false when the time is over. */
async function waitGone(
  processes: readonly ProcessIdentity[],
  withinMs: number,
  clock: Clock,
): Promise<boolean> {
  const deadline = clock.monotonicMs() + withinMs;
  while (processes.some(isAlive)) {
    if (clock.monotonicMs() >= deadline) return false;
    await delay(clock, lookEveryMs);
  }
  return true;
}
