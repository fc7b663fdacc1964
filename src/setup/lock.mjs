import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError, say } from './say.mjs';

const pollMs = 200;

/** Longer than anybody takes between seeing that a holder is dead and removing its lock. */
const settleMs = 100;

/** Far longer than any set-up takes, so that a lock whose holder can't be seen doesn't block for ever. */
const patienceMs = 10 * 60 * 1000;

/** The locks of this very process. @type {Set<string>} */
const held = new Set();

/**
 * Runs `work` while no other process does the same, as far as the lock can tell. The lock is a
 * symbolic link that points at the holder's process id, because making one is a single step: there
 * is no moment when the lock exists without its holder's name. It only saves double work; what `work`
 * writes must be safe without it (a temporary directory, then a rename), because a process id
 * of another container can't be told from a dead one.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  try {
    await acquire(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `the lock ${path} can't be taken (${why}); its directory must be writable and have room`,
    );
  }
  try {
    return await work();
  } finally {
    held.delete(path);
    if (holderOf(path) === process.pid) rmSync(path, { force: true });
  }
}

/** @param {string} path */
async function acquire(path) {
  const deadline = Date.now() + patienceMs;
  let told = false;
  for (;;) {
    if (tryAcquire(path) && (await isKept(path))) return;
    const holder = holderOf(path);
    if (holder !== null && (!isHeld(path, holder) || Date.now() > deadline)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told && holder !== null) {
      say(`waiting for process ${holder}, which is setting up the same things`);
      told = true;
    }
    await sleep(pollMs);
  }
}

/** @param {string} path */
function tryAcquire(path) {
  try {
    symlinkSync(String(process.pid), path);
    held.add(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Two that wait for the same dead holder both remove its lock, and the later one may remove the one that the earlier one
 * has made meanwhile. So whoever has made one looks again.
 * @param {string} path
 */
async function isKept(path) {
  await sleep(settleMs);
  if (holderOf(path) === process.pid) return true;
  held.delete(path);
  return false;
}

/**
 * @param {string} path
 * @returns {number | null} null where nobody holds the lock
 */
function holderOf(path) {
  try {
    return Number(readlinkSync(path));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Process ids begin anew in each container, so a lock of this process's id may be of one that is gone.
 * @param {string} path
 * @param {number} holder
 */
function isHeld(path, holder) {
  return holder === process.pid ? held.has(path) : isRunning(holder);
}

/** @param {number} pid */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it: it runs, under another user.
    return hasCode(error, 'EPERM');
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
