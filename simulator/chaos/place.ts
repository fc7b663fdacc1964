import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { endServingProcesses } from '../../src/demo/serving-processes.ts';
import { namespaceTrouble } from './namespaces.ts';

/** Why chaos is refused here, in a sentence for who asked for it. */
export class ChaosRefused extends Error {
  override readonly name = 'ChaosRefused';
}

/** Throws where hosts of their own can't be made. */
export async function demandHosts(): Promise<void> {
  const why = await namespaceTrouble();
  if (why === null) return;
  throw new ChaosRefused(`chaos ${why}; nothing was started, and nothing is proven by that`);
}

// Short, because the sockets of HAProxy live below it.
const prefix = 'hfc';
const ofRun = /^hfc(\d+)-/;

/** A directory for a run; what killed runs have left of theirs, and in it, is ended first. */
export async function makeDirectory(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const pid = ofRun.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid))) await removeDirectory(join(tmpdir(), name));
  }
  return await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

/** With all processes whose command line names it. */
export async function removeDirectory(directory: string): Promise<void> {
  await endServingProcesses(directory, systemClock);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
