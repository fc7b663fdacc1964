import { Command } from 'commander';
import { failoverCommand } from './failover.ts';

await new Command('bench')
  .description(
    'Measures Holdfast with real processes. Progress goes to standard error, JSON to standard output.',
  )
  .showHelpAfterError('(add --help for what there is)')
  .addCommand(failoverCommand)
  .parseAsync();
