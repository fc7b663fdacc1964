import { Command } from 'commander';
import { actorsCommand } from './actors.ts';
import { dispatchCommand } from './dispatch.ts';
import { driversCommand } from './drivers.ts';
import { failoverCommand } from './failover.ts';
import { inspectorCommand } from './inspector.ts';
import { simulatorCommand } from './simulator.ts';
import { writeWaitsCommand } from './write-waits.ts';

await new Command('bench')
  .description(
    'Measures Holdfast with real processes. Progress goes to standard error, JSON to standard output.',
  )
  .showHelpAfterError('(add --help for what there is)')
  .addCommand(failoverCommand)
  .addCommand(writeWaitsCommand)
  .addCommand(driversCommand)
  .addCommand(dispatchCommand)
  .addCommand(simulatorCommand)
  .addCommand(actorsCommand)
  .addCommand(inspectorCommand)
  .parseAsync();
