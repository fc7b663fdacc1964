import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Target } from '../../../drivers/contract/target.ts';
import { haproxyBinary } from '../haproxy-binary.ts';
import { eventually } from './eventually.ts';
import type { HaproxyHost } from './haproxy-host.ts';

const main = fileURLToPath(new URL('./agent-main.ts', import.meta.url));

/** An HAProxy program that waits at its start until it is let go. */
export interface Gate {
  readonly binary: string;
  /** Has somebody started it? */
  readonly reached: () => boolean;
  open(): Promise<void>;
}

export async function gatedHaproxy(host: HaproxyHost, name = 'gate'): Promise<Gate> {
  const file = (suffix: string) => path.join(host.stateDir, `${name}${suffix}`);
  const binary = file('');
  const script = [
    '#!/bin/sh',
    `touch ${file('.reached')}`,
    `while [ ! -e ${file('.open')} ]; do sleep 0.02; done`,
    `exec ${haproxyBinary()} "$@"`,
  ];
  await writeFile(binary, `${script.join('\n')}\n`);
  await chmod(binary, 0o700);
  return {
    binary,
    reached: () => existsSync(file('.reached')),
    open: () => writeFile(file('.open'), ''),
  };
}

/** An agent's process of its own, stuck in the middle of applying the target. */
export async function agentAtGate(
  host: HaproxyHost,
  gate: Gate,
  target: Target,
): Promise<ChildProcess> {
  const file = path.join(host.stateDir, 'agent.json');
  const options = { binary: gate.binary, startTimeoutMs: 60_000 };
  await writeFile(file, JSON.stringify({ stateDir: host.stateDir, options, target }));
  const child = spawn(process.execPath, ['--import', 'tsx', main, file], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await eventually('the agent starts HAProxy with the lock held', gate.reached);
  return child;
}
