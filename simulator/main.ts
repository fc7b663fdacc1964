import process from 'node:process';
import { runCommand } from './cli/command.ts';

process.exitCode = await runCommand(process.argv.slice(2), (text) => {
  process.stdout.write(text);
});
