import { constants } from 'node:os';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { runDemo } from '../../demo/demo.ts';
import { stopAsks } from '../../processes/stop-asks.ts';

export interface DemoCommandOptions {
  readonly agents: number;
  readonly oneHost?: boolean;
  readonly json?: true;
}

/** `holdfast demo`; the process ends with it. */
export async function demoAction(options: DemoCommandOptions): Promise<void> {
  const { agents, oneHost = false, json } = options;
  const interrupted = new AbortController();
  const { signal } = interrupted;
  let status = 0;
  const interrupt = (by: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE'): void => {
    // As a shell tells it of a program that a signal ended.
    status = 128 + constants.signals[by];
    console.error('Interrupted: ending everything that was started ...');
    interrupted.abort(new Error(`interrupted by ${by}`));
  };
  const asks = stopAsks(clock);
  for (const by of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(by, () => {
      // Asked a second time: ending at once, whatever is left behind.
      if (asks() === 'again') process.exit(status);
      if (!signal.aborted) interrupt(by);
    });
  }
  // Nobody reads what it tells any more, such as `tee` after a Ctrl-C, or a terminal that was closed.
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', () => {
      if (!signal.aborted) interrupt('SIGPIPE');
    });
  }
  try {
    const outcome = await runDemo({
      agents,
      oneHost,
      print: (line) => console.log(line),
      signal,
    });
    if (json === true) console.log(JSON.stringify(outcome));
    process.exit(outcome.ok ? 0 : 1);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exit(status);
  }
}
