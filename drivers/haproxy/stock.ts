import { lstat, rm } from 'node:fs/promises';
import { writeDurably } from './durable-file.ts';
import type { Host } from './host.ts';
import { isStopped, signalVerified } from './proc.ts';
import type { Running, Site } from './site.ts';
import { ask } from './stats-socket.ts';

/**
 * Finds out, under the load balancer's lock, which process serves it, and tells all others of its
 * processes to finish: whatever its agents left behind when they died is in order afterwards. A pid
 * file that is gone, outdated or overwritten is made anew from what runs.
 *
 * A process counts as the load balancer's by its command line alone, which names a content of this very
 * directory. Of several, the one that answers at the socket serves; then the one that the pid file
 * names; then the one with the newest content. Nothing else on the host is ever signalled.
 */
export async function takeStock(host: Host, site: Site): Promise<Running | null> {
  const named = site.running();
  if (named !== null && host.inStock.has(site.id)) return named;
  const found = withNamed(host.processes.of(site), named);
  const serving = (await whoAnswers(host, site, found)) ?? named ?? newest(found);
  if (serving === null) await clearWay(site);
  else if (serving.pid !== named?.pid) await writePid(host, site, serving);
  for (const other of found) {
    if (other.pid === serving?.pid) continue;
    host.log.warn({ pid: other.pid, directory: site.directory }, 'ending a process left behind');
    signalVerified(other, isStopped(other) ? 'SIGKILL' : 'SIGUSR1');
  }
  host.inStock.add(site.id);
  return serving;
}

/** The process that seems to serve, without the lock: by the pid file, else the newest that is there. */
export function likelyRunning(host: Host, site: Site): Running | null {
  return site.running() ?? newest(host.processes.of(site));
}

/** The table may be a moment older than the pid file. */
function withNamed(found: readonly Running[], named: Running | null): readonly Running[] {
  if (named === null || found.some(({ pid }) => pid === named.pid)) return found;
  return [...found, named];
}

async function whoAnswers(
  host: Host,
  site: Site,
  found: readonly Running[],
): Promise<Running | null> {
  if (found.length === 0) return null;
  const deadline = { clock: host.clock, timeoutMs: host.options.socketTimeoutMs };
  const info = await ask(site.directory, 'show info', deadline);
  const pid = Number(/^Pid: (\d+)$/m.exec(info ?? '')?.[1]);
  return found.find((process) => process.pid === pid) ?? null;
}

/** The one with the newest content; of several, the one that was started last. */
function newest(found: readonly Running[]): Running | null {
  const sorted = found.toSorted((a, b) =>
    a.generation === b.generation
      ? Number(BigInt(b.startTime) - BigInt(a.startTime))
      : b.generation - a.generation,
  );
  return sorted[0] ?? null;
}

async function writePid(host: Host, site: Site, { pid }: Running): Promise<void> {
  host.log.warn({ pid, file: site.pidPath }, 'a pid file did not name what runs, and is made anew');
  await rm(site.pidPath, { recursive: true, force: true });
  await writeDurably(site.pidPath, `${pid}\n`);
}

/** Nothing runs, so what stands where HAProxy is to put its pid file and its socket is of no use. */
async function clearWay(site: Site): Promise<void> {
  for (const path of [site.pidPath, site.socketPath]) {
    const stands = await lstat(path).catch(() => null);
    if (stands !== null) await rm(path, { recursive: true, force: true });
  }
}
