import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import type { StopRequest } from '../../src/processes/lifecycle.ts';
import { restartStatus, startAgain } from '../../src/processes/supervision.ts';

/** A process that ends as one does that is to be started again, when it is asked to stop. */
function ending(): ChildProcess {
  const program = `process.on('SIGTERM', () => process.exit(${restartStatus})); process.send('up'); setInterval(() => undefined, 1_000);`;
  return spawn(process.execPath, ['--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

test('a process that is asked to stop starts no other one in place of one that was about to be started again', async () => {
  let ask: (why: StopRequest) => void = () => undefined;
  const asked = new Promise<StopRequest>((resolve) => (ask = resolve));
  const started: ChildProcess[] = [];
  const status = startAgain([], asked, silentLog, () => {
    const child = ending();
    started.push(child);
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  });
  const [first] = started;
  await once(first!, 'message');

  ask('SIGTERM');

  expect(await status).toBe(restartStatus);
  expect(started).toHaveLength(1);
});
