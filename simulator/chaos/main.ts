import process from 'node:process';
import { runChaosCommand } from './command.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) return;
    process.stderr.write(`chaos: ${signal}; ending everything that was started\n`);
    interrupted.abort(new Error(`ended by ${signal}`));
  });
}

process.exitCode = await runChaosCommand(process.argv.slice(2), {
  write: (text) => {
    process.stdout.write(text);
  },
  complain: (text) => {
    process.stderr.write(text);
  },
  signal: interrupted.signal,
});
