import process from 'node:process';
import { runCommand } from './cli/command.ts';
import { serveAsWorker } from './cli/worker.ts';
import { workerWord } from './cli/workers.ts';

const [first, ...rest] = process.argv.slice(2);

if (first === workerWord && process.send !== undefined) serveAsWorker(rest);
else {
  process.exitCode = await runCommand(process.argv.slice(2), {
    write: (text) => {
      process.stdout.write(text);
    },
    // Written over itself; in a file or a pipe, that would be noise.
    ...(process.stderr.isTTY
      ? {
          progress: (text: string) => {
            process.stderr.write(`\r\u001b[K${text}`);
          },
        }
      : {}),
  });
}
