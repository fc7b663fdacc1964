import { Command } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { ControllerTaken } from '../controller/twin.ts';
import { BusUnavailable } from '../ports/bus.ts';
import { version } from '../processes/version.ts';
import { ProcessFailed } from '../up/managed-process.ts';
import { CommandError } from '../client/api-client.ts';
import { agentCommand } from './commands/agent.ts';
import { agentsCommand } from './commands/agents.ts';
import { brakeCommand } from './commands/brake.ts';
import { controllerCommand } from './commands/controller.ts';
import { cordonCommand, uncordonCommand } from './commands/cordon.ts';
import { demoCommand } from './commands/demo.ts';
import { devicesCommand } from './commands/devices.ts';
import { drainCommand } from './commands/drain.ts';
import { explainCommand } from './commands/explain.ts';
import { inspectCommand } from './commands/inspect.ts';
import { machinesCommand } from './commands/machines.ts';
import { moveCommand } from './commands/move.ts';
import { pacingCommand } from './commands/pacing.ts';
import { rebalanceCommand } from './commands/rebalance.ts';
import { recordCommand } from './commands/record.ts';
import { restartCommand } from './commands/restart.ts';
import { trustCommand } from './commands/trust.ts';
import { upCommand } from './commands/up.ts';

// Each process loads what its own command needs, and no other's: half of a start is loading code.
const program = new Command('holdfast')
  .description('Load balancers hold fast when the agents that manage them die.')
  .version(version)
  .showHelpAfterError('(add --help for what there is)')
  .addCommand(upCommand)
  .addCommand(demoCommand)
  .addCommand(controllerCommand)
  .addCommand(agentCommand)
  .addCommand(agentsCommand)
  .addCommand(devicesCommand)
  .addCommand(explainCommand)
  .addCommand(inspectCommand)
  .addCommand(recordCommand)
  .addCommand(cordonCommand)
  .addCommand(uncordonCommand)
  .addCommand(drainCommand)
  .addCommand(trustCommand)
  .addCommand(moveCommand)
  .addCommand(restartCommand)
  .addCommand(brakeCommand)
  .addCommand(pacingCommand)
  .addCommand(rebalanceCommand)
  .addCommand(machinesCommand)
  .addHelpText('after', '\nAnd a world to try it in: holdfast simulate --help\n');

/** What the user can mend is told in a sentence; anything else is a bug and keeps its stack. */
function isForTheUser(error: unknown): error is Error {
  return [ConfigError, CommandError, ProcessFailed, ControllerTaken, BusUnavailable].some(
    (kind) => error instanceof kind,
  );
}

try {
  await program.parseAsync();
} catch (error) {
  if (!isForTheUser(error)) throw error;
  console.error(`holdfast: ${error.message}`);
  // What was half started, such as a connection to NATS, must not keep the process.
  process.exit(1);
}
