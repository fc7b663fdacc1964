import process from 'node:process';
import { runCommand } from './cli/command.ts';
import { endWithItsReader } from './cli/reader.ts';
import { serveAsWorker } from './cli/worker.ts';
import { workerWord } from './cli/workers.ts';

const [first, ...rest] = process.argv.slice(2);

if (first === workerWord && process.send !== undefined) serveAsWorker(rest);
else {
  endWithItsReader(process.stdout);
  process.exitCode = await runCommand(process.argv.slice(2), {
    write: (text) => {
      process.stdout.write(text);
    },
    ...(process.stdout.isTTY ? { columns: process.stdout.columns } : {}),
    // Written over itself; in a file or a pipe, that would be noise.
    ...(process.stderr.isTTY
      ? {
          progress: (text: string) => {
            // A line that is broken in two can't be written over.
            process.stderr.write(`\r\u001b[K${text.slice(0, process.stderr.columns - 1)}`);
          },
        }
      : {}),
  });
}
