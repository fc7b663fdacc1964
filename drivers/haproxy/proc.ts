import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process as the kernel knows it: an id is used again, an id with its start time never is. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as /proc has it. */
  readonly startTime: string;
}

export interface ProcessStat extends ProcessIdentity {
  /** One letter: R, S, D, T (stopped), t (traced), Z (zombie), X (dead). */
  readonly state: string;
  readonly parentPid: number;
}

/** Reads /proc/<pid>/stat; null where there is no such process, or only its zombie. */
export function readProcess(pid: number): ProcessStat | null {
  const text = readProc(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text === null) return null;
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parentPid] = fields;
  const startTime = fields[19];
  if (state === undefined || parentPid === undefined || startTime === undefined) return null;
  if (state === 'Z' || state === 'X') return null;
  return { pid, startTime, state, parentPid: Number(parentPid) };
}

/** Does this very process still live? */
export function isAlive(identity: ProcessIdentity): boolean {
  return readProcess(identity.pid)?.startTime === identity.startTime;
}

/** Is it stopped by a signal or a debugger, so that it can't answer? */
export function isStopped(identity: ProcessIdentity): boolean {
  const state = readProcess(identity.pid)?.state;
  return state === 'T' || state === 't';
}

/** The process's command line, by argument; empty where there is none to see. */
export function readArguments(pid: number): readonly string[] {
  const text = readProc(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  return text === null ? [] : text.split('\0');
}

/** Sends the signal to this very process; false where it no longer lives. */
export function signalVerified(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The ids of all processes that are visible from here. */
export function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/**
 * Who holds an flock(2) on this file, as the kernel tells it: processes that merely wait for the
 * lock have the file open too, but not the lock. Sees only what this user may see.
 */
export function lockHolders(path: string): readonly ProcessStat[] {
  return processIds().flatMap((pid) => {
    const holds = (readProc(() => readdirSync(`/proc/${pid}/fd`)) ?? []).some(
      (fd) =>
        readProc(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === path &&
        readProc(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.includes('FLOCK'),
    );
    const stat = holds ? readProcess(pid) : null;
    return stat === null ? [] : [stat];
  });
}

/** What can't be read of /proc belongs to a process that is gone, or to somebody else. */
function readProc<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'].includes(code ?? '')) return null;
    throw error;
  }
}
