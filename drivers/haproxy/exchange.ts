import { PermanentError, RetryableError, UnknownOutcomeError } from '../contract/errors.ts';
import { answerAttempts, type Host } from './host.ts';
import type { HeldLock } from './lock.ts';
import { isAlive, isStopped, signalVerified } from './proc.ts';
import { type Outcome, run } from './run.ts';
import type { ContentKey, Running, Site } from './site.ts';
import { ask, socketName } from './stats-socket.ts';
import { endGently, kill } from './stop.ts';

/** What is passed on of HAProxy's words. */
const wordsCharactersMax = 1_000;

/**
 * The shell keeps the lock's descriptor until HAProxy has started or refused, so that the lock
 * outlives an agent that dies meanwhile; the daemon itself must not inherit it, or it would hold
 * the lock for life. The last `exit` keeps the shell from becoming HAProxy.
 */
const script = '"$@" 3>&-; exit $?';

/**
 * Makes a process with this content serve in the place of `old`, without refusing a connection: it
 * takes over the listening sockets, and `old` is told to finish only then. (With HAProxy's own `-sf`
 * the old process would be paused for seconds where the new one can't bind, a measured outage.)
 * Throws PermanentError with HAProxy's words, and then `old` serves on.
 */
export async function exchange(
  host: Host,
  site: Site,
  lock: HeldLock,
  old: Running | null,
  key: ContentKey,
): Promise<void> {
  let predecessor = await whoAnswers(host, site, old);
  let outcome = await start(host, site, lock, predecessor, key);
  if (outcome.code !== 0 && predecessor !== null && /old process/.test(outcome.output)) {
    predecessor = await whoAnswers(host, site, predecessor);
    outcome = await start(host, site, lock, predecessor, key);
  }
  if (outcome.code !== 0 && /Address already in use/.test(outcome.output)) {
    // Perhaps a left-over of ours that hangs; a stranger's process is left alone.
    const strays = site.allProcesses().filter(({ pid }) => pid !== predecessor?.pid);
    if (strays.length > 0) {
      await endGently(strays, host.options.stopGraceMs, host.clock);
      outcome = await start(host, site, lock, predecessor, key);
    }
  }
  judge(host, outcome);
  const now = site.running();
  if (now?.hash !== key.hash || now.generation !== key.generation) {
    throw new UnknownOutcomeError('HAProxy said that it started, but does not run');
  }
  if (predecessor !== null) signalVerified(predecessor, 'SIGUSR1');
}

/** The process if it answers; one that hangs is killed, as no socket can be had from it. */
async function whoAnswers(host: Host, site: Site, old: Running | null): Promise<Running | null> {
  if (old === null || !isAlive(old)) return null;
  if (await answers(host, site, old)) return old;
  host.log.warn({ pid: old.pid, directory: site.directory }, 'killing an HAProxy that hangs');
  await kill([old], host.clock);
  return null;
}

/** Does this process answer at the load balancer's socket? */
export async function answers(host: Host, site: Site, process: Running): Promise<boolean> {
  const deadline = { clock: host.clock, timeoutMs: host.options.socketTimeoutMs };
  for (let attempt = 0; attempt < answerAttempts; attempt += 1) {
    if (!isAlive(process) || isStopped(process)) return false;
    const info = await ask(site.directory, 'show info', deadline);
    if (info !== null && new RegExp(`^Pid: ${process.pid}$`, 'm').test(info)) return true;
  }
  return false;
}

function start(
  host: Host,
  site: Site,
  lock: HeldLock,
  predecessor: Running | null,
  key: ContentKey,
): Promise<Outcome> {
  const { binary, startTimeoutMs } = host.options;
  const command = [binary, '-D', '-f', site.configPath(key), '-p', site.pidPath];
  if (predecessor !== null) command.push('-x', socketName);
  return run('/bin/sh', ['-c', script, 'sh', ...command], {
    clock: host.clock,
    timeoutMs: startTimeoutMs,
    descriptor: lock.descriptor,
    directory: site.directory,
  });
}

function judge(host: Host, outcome: Outcome): void {
  const { binary, startTimeoutMs } = host.options;
  if (outcome.code === 0) return;
  if (outcome.timedOut) {
    throw new UnknownOutcomeError(`HAProxy did not start within ${startTimeoutMs} ms`);
  }
  if (outcome.code === null) throw new UnknownOutcomeError('HAProxy was killed while it started');
  if (outcome.code === 126 || outcome.code === 127) {
    throw new RetryableError(
      `can't run the HAProxy program ${JSON.stringify(binary)} (set the option "binary" or ` +
        `HOLDFAST_HAPROXY): ${outcome.output.trim()}`,
    );
  }
  throw new PermanentError(`HAProxy refuses the configuration: ${alerts(outcome.output)}`);
}

/** HAProxy's alerts without their prefixes, or its last words where it gave none. */
function alerts(output: string): string {
  const lines = output.split('\n');
  const said = lines.flatMap((line) => /^\[ALERT\]\s+\(\d+\) : (.*)$/.exec(line)?.[1] ?? []);
  const words = said.length > 0 ? said.join(' ') : output.trim().slice(-wordsCharactersMax);
  return words.slice(0, wordsCharactersMax);
}
