import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { endServingProcesses, servingProcesses } from '../../src/demo/serving-processes.ts';
import { type Started, startCli } from '../cli/run-cli.ts';

/** A demo takes its time on a busy machine. */
export const demoTimeoutMs = 120_000;

/** Runs the demo with a temporary directory of its own, and sees to it that nothing is left of it. */
export async function withDemo(
  args: readonly string[],
  run: (demo: Started) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'hfd-'));
  const demo = startCli(['demo', ...args], { environment: { TMPDIR: directory } });
  try {
    await run(demo);
    await demo.ended;
    expect(await servingProcesses(directory)).toEqual([]);
    const left = await readdir(directory);
    expect(left.filter((name) => name.startsWith('holdfast'))).toEqual([]);
    expect(await networkOf(demo)).toEqual([]);
  } finally {
    demo.child.kill('SIGKILL');
    await demo.ended;
    await endServingProcesses(directory, systemClock);
    await rm(directory, { recursive: true, force: true });
  }
}

/** The hosts and cables that this demo has made on this machine. */
async function networkOf({ child }: Started): Promise<readonly string[]> {
  const interfaces = await readdir('/sys/class/net');
  const hosts = await readdir('/run/netns').catch(() => []);
  return [...interfaces, ...hosts].filter((name) => name.startsWith(`hf${child.pid}n`));
}
