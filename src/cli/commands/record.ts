import { Command } from 'commander';
import type { RecordOptions } from '../actions/record.ts';
import { logLevelOption } from './log-level-option.ts';
import { wholeNumber } from './up.ts';
import { watchedOptions } from './watched-options.ts';

const command = new Command('record').description(
  'record what all actors of a running system do, for "holdfast inspect --replay"',
);
for (const option of watchedOptions()) command.addOption(option);

/** A day: longer, and nobody can look it through. */
const secondsMax = 86_400;

export const recordCommand = command
  .argument('<file>', 'the recording; it must not be there yet')
  .option('--seconds <n>', 'for so long; otherwise until Ctrl-C', wholeNumber(1, secondsMax))
  .addOption(logLevelOption('warn', 'how much is logged'))
  .action(async (file: string, options: RecordOptions) => {
    const { recordAction } = await import('../actions/record.ts');
    await recordAction(file, options);
  });
