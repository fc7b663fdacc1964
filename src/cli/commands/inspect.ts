import { Command } from 'commander';
import type { InspectOptions } from '../actions/inspect.ts';
import { logLevelOption } from './log-level-option.ts';
import { wholeNumber } from './up.ts';
import { watchedOptions } from './watched-options.ts';

const command = new Command('inspect').description(
  'serve the inspector: every agent and load balancer live, or a recording',
);
for (const option of watchedOptions()) command.addOption(option);

export const inspectCommand = command
  .option(
    '--demo',
    'start a system of its own to look at, unless --config or --replay says what else',
  )
  .option('--replay <file>', 'show a recording instead of a running system')
  .option('--host <address>', 'where to listen; beyond loopback only with a token', '127.0.0.1')
  .option('--port <port>', 'the port; 0 takes a free one', wholeNumber(0, 65_535), 9_877)
  .option('--token-file <file>', 'a file with a token of at least 32 characters, of mode 600')
  .option('--allow-sends', 'let the page send events to actors by hand')
  .option('--stately', 'open the hosted Stately Inspector on it, too (needs the internet)')
  .addOption(logLevelOption('warn', 'how much is logged'))
  .action(async (options: InspectOptions) => {
    const { inspectAction } = await import('../actions/inspect.ts');
    await inspectAction(options);
  });
