import process from 'node:process';

/** As a shell shows a program that a signal has ended: 128, and the number of SIGPIPE. */
const endedByPipe = 128 + 13;

/** Ends this process without a word when whoever reads what it tells has seen enough, as `head` has. */
export function endWithItsReader(output: NodeJS.WriteStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(endedByPipe);
  });
}
