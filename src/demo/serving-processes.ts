import { readdir, readFile } from 'node:fs/promises';

/** The processes on this machine whose command line names the load balancer: they serve it. */
export async function servingProcesses(loadBalancer: string): Promise<readonly number[]> {
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    // A process may end while it is looked at.
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(loadBalancer)) pids.push(pid);
  }
  return pids;
}
