import { readdir, readFile } from 'node:fs/promises';
import { type Clock, delay } from '../../machines/ports/clock.ts';

const lookEveryMs = 10;

/** The processes on this machine whose command line names this load balancer or directory. */
export async function servingProcesses(named: string): Promise<readonly number[]> {
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    // A process may end while it is looked at.
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(named)) pids.push(pid);
  }
  return pids;
}

/**
 * Ends them all, and resolves when none is left: one that was just being started appears only after
 * the first look. Nobody may be left that would start them again.
 */
export async function endServingProcesses(named: string, clock: Clock): Promise<void> {
  for (;;) {
    const pids = await servingProcesses(named);
    if (pids.length === 0) return;
    for (const pid of pids) endProcess(pid);
    await delay(clock, lookEveryMs);
  }
}

/** Kills a process that may have ended by itself meanwhile. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
